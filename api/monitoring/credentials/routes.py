"""SNMP credentials over JSON: secrets go in and never come out."""

from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from api.monitoring.credentials.encryption import cipher_of
from core.permissions import EDIT_MONITORING_SETUP, READ_MONITORING_SETUP
from monitoring.devices import credentials

_routes = NounRoutes(
    "/credentials",
    "credential",
    tags=("devices",),
    read=READ_MONITORING_SETUP,
    write=EDIT_MONITORING_SETUP,
    supplied={"cipher": cipher_of},
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        credentials.list_credentials,
        "Credentials, by name",
        "Without their secrets, for those who keep devices.",
    ),
    _routes.create(credentials.create_credential, "Keep a credential", called="add"),
    _routes.get(credentials.get_credential, "One credential, without its secrets"),
    _routes.update(
        credentials.update_credential,
        "Change a credential",
        "A secret that is left blank stays; devices that use it are visited at once.",
    ),
    _routes.delete(
        credentials.delete_credential,
        "Forget a credential and its secrets",
        "Refused while devices use it.",
        called="remove",
    ),
]
