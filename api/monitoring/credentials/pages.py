"""Credentials of devices: a list without secrets, and a form whose secrets only go in."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from api.monitoring.credentials.encryption import cipher_of
from api.wording import row_names
from core.access import Actor
from core.errors import say
from core.paging import DEFAULT_LIMIT
from core.permissions import EDIT_MONITORING_SETUP, READ_MONITORING_SETUP
from monitoring.devices import credentials
from monitoring.devices.credentials import Credential, NewCredential
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


class ListQuery(msgspec.Struct, frozen=True):
    """Where the list is, as it stands in its address."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class CredentialPages(Controller):
    """/credentials"""

    include_in_schema = False

    @get(urls.credentials, guards=[allow(READ_MONITORING_SETUP, tokens=False)])
    async def list_credentials(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        query = convert_form(request.query_params, ListQuery)
        page = await credentials.list_credentials(actor, limit=query.limit, cursor=query.cursor)
        return render(
            request,
            "monitoring/credentials/list.html",
            page=page,
            schools=dict(await school_options(request, actor)),
            kept=actor.school_ids_with(EDIT_MONITORING_SETUP),
        )

    @get(urls.new_credential, guards=[allow(EDIT_MONITORING_SETUP, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        return await _form_page(request, actor, None, Form({"version": "2c"}))

    @post(urls.credentials, guards=[allow(EDIT_MONITORING_SETUP, tokens=False)])
    async def add_credential(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        return await submit(
            request,
            NewCredential,
            lambda given: credentials.create_credential(actor, cipher_of(request), given),
            then=lambda made: see_other(urls.credentials(), say("{name} is kept.", name=made.name)),
            page=lambda form: _form_page(request, actor, None, form),
        )

    @get(urls.credential, guards=[allow(EDIT_MONITORING_SETUP, tokens=False)])
    async def show_credential(
        self, request: WebRequest, actor: NamedDependency[Actor], credential_id: PathId
    ) -> Response[str]:
        found = await credentials.get_credential(actor, credential_id)
        actor.require(found.school_id, EDIT_MONITORING_SETUP)
        return await _form_page(request, actor, found, Form(msgspec.structs.asdict(found)))

    @post(urls.credential, guards=[allow(EDIT_MONITORING_SETUP, tokens=False)])
    async def edit_credential(
        self, request: WebRequest, actor: NamedDependency[Actor], credential_id: PathId
    ) -> Response[Any]:
        found = await credentials.get_credential(actor, credential_id)
        return await submit(
            request,
            NewCredential,
            lambda given: credentials.update_credential(
                actor, cipher_of(request), credential_id, given
            ),
            then=lambda _: see_other(urls.credentials(), say("Saved.")),
            page=lambda form: _form_page(request, actor, found, form),
        )

    @post(urls.remove_credential, guards=[allow(EDIT_MONITORING_SETUP, tokens=False)])
    async def remove_credential(
        self, actor: NamedDependency[Actor], credential_id: PathId
    ) -> Redirect:
        found = await credentials.get_credential(actor, credential_id)
        await credentials.delete_credential(actor, credential_id)
        return see_other(urls.credentials(), say("{name} is forgotten.", name=found.name))


async def _form_page(
    request: WebRequest, actor: Actor, credential: Credential | None, form: Form
) -> Response[str]:
    changes = (
        await row_names.history(language_of(request), "credential", credential.id)
        if credential
        else []
    )
    return render(
        request,
        "monitoring/credentials/form.html",
        credential=credential,
        school_options=await school_options(request, actor, EDIT_MONITORING_SETUP),
        auth_names=AUTH_NAMES,
        priv_names=PRIV_NAMES,
        changes=changes,
        # A community is a secret as passwords are: it only goes in.
        form=form.with_values(community=None),
    )
