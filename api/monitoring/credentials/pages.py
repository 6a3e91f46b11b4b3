"""Credentials of devices: a list without secrets, and a form whose secrets only go in."""

from typing import Any

from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.noun_pages import NounPages
from api.monitoring.credentials.encryption import cipher_of
from core.access import Actor
from core.errors import say
from core.permissions import EDIT_MONITORING_SETUP, READ_MONITORING_SETUP
from monitoring.devices import credentials
from monitoring.devices.credentials import Credential
from monitoring.snmp import AuthProtocol, PrivProtocol

AUTH_NAMES = [
    (AuthProtocol.sha256, "SHA-256"),
    (AuthProtocol.sha512, "SHA-512"),
    (AuthProtocol.sha384, "SHA-384"),
    (AuthProtocol.sha224, "SHA-224"),
    (AuthProtocol.sha, "SHA-1"),
    (AuthProtocol.md5, "MD5"),
]
PRIV_NAMES = [
    (PrivProtocol.aes, "AES-128"),
    (PrivProtocol.aes192, "AES-192"),
    (PrivProtocol.aes256, "AES-256"),
    (PrivProtocol.aes192c, "AES-192 (Cisco)"),
    (PrivProtocol.aes256c, "AES-256 (Cisco)"),
    (PrivProtocol.des, "DES"),
]


async def _more(_: WebRequest, actor: Actor, __: Credential | None) -> dict[str, Any]:
    return {
        "kept": actor.school_ids_with(EDIT_MONITORING_SETUP),
        "auth_names": AUTH_NAMES,
        "priv_names": PRIV_NAMES,
    }


_pages = NounPages[Credential](
    "credential",
    "monitoring/credentials",
    urls.credentials,
    read=READ_MONITORING_SETUP,
    write=EDIT_MONITORING_SETUP,
    more=_more,
    # A community is a secret as passwords are: it only goes in.
    secrets=("community",),
    supplied={"cipher": cipher_of},
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(credentials.list_credentials),
    *_pages.new(
        urls.new_credential,
        credentials.create_credential,
        then=lambda made: see_other(urls.credentials(), say("{name} is kept.", name=made.name)),
        first=Form({"version": "2c"}),
        action=urls.credentials,
    ),
    *_pages.edit(
        urls.credential,
        credentials.get_credential,
        credentials.update_credential,
        is_for_readers=False,
    ),
    _pages.delete(
        urls.remove_credential,
        credentials.delete_credential,
        then=lambda gone, _: see_other(
            urls.credentials(), say("{name} is forgotten.", name=gone.name)
        ),
    ),
]
