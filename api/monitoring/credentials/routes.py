"""SNMP credentials over JSON: secrets go in and never come out."""

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.numbers import Limit, PathId
from api.monitoring.credentials.encryption import cipher_of
from core.access import Actor
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_MONITORING_SETUP, READ_MONITORING_SETUP
from monitoring.devices import credentials
from monitoring.devices.credentials import Credential, NewCredential


class CredentialRoutes(Controller):
    """/api/v1/credentials"""

    path = "/credentials"
    tags = ("devices",)

    @get(
        guards=[allow(READ_MONITORING_SETUP)],
        operation_id="credential_list",
        summary="Credentials, by name",
    )
    async def list_credentials(
        self,
        actor: NamedDependency[Actor],
        of_school: NamedDependency[int | None],
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[Credential]:
        """Without their secrets, for those who keep devices."""
        return await credentials.list_credentials(
            actor, school_id=of_school, limit=limit, cursor=cursor
        )

    @post(
        guards=[allow(EDIT_MONITORING_SETUP)],
        operation_id="credential_add",
        summary="Keep a credential",
    )
    async def add_credential(
        self, request: WebRequest, actor: NamedDependency[Actor], data: JSONBody[NewCredential]
    ) -> Credential:
        return await credentials.create_credential(actor, cipher_of(request), data)

    @get(
        "/{credential_id:int}",
        guards=[allow(READ_MONITORING_SETUP)],
        operation_id="credential_get",
        summary="One credential, without its secrets",
    )
    async def get_credential(
        self, actor: NamedDependency[Actor], credential_id: PathId
    ) -> Credential:
        return await credentials.get_credential(actor, credential_id)

    @put(
        "/{credential_id:int}",
        guards=[allow(EDIT_MONITORING_SETUP)],
        operation_id="credential_edit",
        summary="Change a credential",
    )
    async def edit_credential(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        credential_id: PathId,
        data: JSONBody[NewCredential],
    ) -> Credential:
        """A secret that is left blank stays; devices that use it are visited at once."""
        return await credentials.update_credential(actor, cipher_of(request), credential_id, data)

    @delete(
        "/{credential_id:int}",
        guards=[allow(EDIT_MONITORING_SETUP)],
        operation_id="credential_remove",
        summary="Forget a credential and its secrets",
    )
    async def remove_credential(self, actor: NamedDependency[Actor], credential_id: PathId) -> None:
        """Refused while devices use it."""
        await credentials.delete_credential(actor, credential_id)
