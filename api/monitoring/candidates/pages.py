"""The queue of what searches found: certain ones added at once, doubtful ones judged by a person."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form, read_form
from api.kit.lists import read_list
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.rendering import render
from api.kit.submission import submit
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_MONITORING, READ_MONITORING_SETUP
from monitoring import discovery
from monitoring.devices import credentials, networks
from monitoring.discovery import Candidate, CandidateFilter, Choice
from monitoring.discovery.matching import trusted_serial


class AddForm(msgspec.Struct, frozen=True):
    """Which asset it is; ``move`` when that asset's device has moved here."""

    asset_tag: str | None = None
    credential_id: Id | None = None
    move: bool = False

    def choice(self) -> Choice:
        return Choice(self.asset_tag, self.credential_id, self.move)


class CertainForm(msgspec.Struct, frozen=True):
    """Of which school or network all certain ones are added."""

    school_id: Id | None = None
    network_id: Id | None = None


class CandidatePages(Controller):
    """/candidates"""

    include_in_schema = False

    @get(urls.candidates, guards=[allow(READ_MONITORING_SETUP, tokens=False)])
    async def list_candidates(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        asked = read_list(request, CandidateFilter)
        query = asked.filters
        page = await discovery.list_candidates(actor, query, cursor=asked.cursor, limit=asked.limit)
        known = await networks.list_networks(actor, school_id=query.school_id, limit=200)
        return render(
            request,
            "monitoring/candidates/list.html",
            page=page,
            query=query,
            certain=await discovery.count_certain(actor, query),
            schools=await school_options(request, actor, READ_MONITORING_SETUP),
            networks=[(one.id, one.name) for one in known.items],
        )

    @post(urls.add_certain_candidates, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def add_certain(self, request: WebRequest, actor: NamedDependency[Actor]) -> Redirect:
        form = await read_form(request, CertainForm)
        done = await discovery.add_certain(
            actor, school_id=form.school_id, network_id=form.network_id
        )
        said = say("{added} added.", added=done.added)
        if done.left:
            said = say(
                "{added} added; {left} are not certain any more and wait for you.",
                added=done.added,
                left=done.left,
            )
        return see_other(urls.candidates(), said)

    @get(urls.candidate, guards=[allow(READ_MONITORING_SETUP, tokens=False)])
    async def show_candidate(
        self, request: WebRequest, actor: NamedDependency[Actor], candidate_id: PathId
    ) -> Response[str]:
        found = await discovery.get_candidate(actor, candidate_id)
        form = Form({"asset_tag": found.asset_tag, "credential_id": found.credential_id})
        return await _page(request, actor, found, form)

    @post(urls.add_candidate, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def add(
        self, request: WebRequest, actor: NamedDependency[Actor], candidate_id: PathId
    ) -> Response[Any]:
        found = await discovery.get_candidate(actor, candidate_id)
        return await submit(
            request,
            AddForm,
            lambda form: discovery.add_candidate(actor, candidate_id, form.choice()),
            then=_to_its_device,
            page=lambda form: _page(request, actor, found, form),
        )

    @post(urls.ignore_candidate, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def ignore(self, actor: NamedDependency[Actor], candidate_id: PathId) -> Redirect:
        done = await discovery.ignore_candidate(actor, candidate_id)
        said = say("{address} is offered no more.", address=done.address)
        return see_other(urls.candidates(), said)

    @post(urls.take_back_candidate, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def take_back(self, actor: NamedDependency[Actor], candidate_id: PathId) -> Redirect:
        await discovery.take_back(actor, candidate_id)
        return see_other(urls.candidate(candidate_id), say("It waits for a decision again."))


def _to_its_device(added: Candidate) -> Redirect:
    assert added.device_id is not None
    return see_other(
        urls.device(added.device_id),
        say("{address} is monitored now; its first readings come soon.", address=added.address),
    )


async def _page(
    request: WebRequest, actor: Actor, candidate: Candidate, form: Form
) -> Response[str]:
    known = await credentials.list_credentials(actor, school_id=candidate.school_id)
    return render(
        request,
        "monitoring/candidates/candidate.html",
        candidate=candidate,
        credentials=[(one.id, one.name) for one in known.items],
        new_asset=_new_asset(actor, candidate),
        may_keep=actor.can_at(candidate.school_id, EDIT_MONITORING),
        form=form,
    )


def _new_asset(actor: Actor, candidate: Candidate) -> str:
    """The form of a new asset, filled with what the device tells of itself."""
    codes = {one.school_id: one.school_code for one in actor.memberships}
    return urls.new_asset(
        school=codes.get(candidate.school_id),
        serial_number=trusted_serial(candidate.identity),
        name=candidate.identity.get("name"),
    )
