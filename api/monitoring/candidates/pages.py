"""The queue of what searches found: certain ones added at once, doubtful ones judged by a person."""

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form, read_form
from api.kit.lists import read_list
from api.kit.options import school_options
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import render
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_MONITORING, READ_MONITORING_SETUP
from core.query import OfSchool
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


async def _list_page(request: WebRequest, actor: Actor) -> Response[str]:
    asked = read_list(request, CandidateFilter)
    query = asked.filters
    page = await discovery.list_candidates(actor, query, cursor=asked.cursor, limit=asked.limit)
    known = await networks.list_networks(actor, OfSchool(query.school_id), limit=200)
    return render(
        request,
        "monitoring/candidates/list.html",
        page=page,
        query=query,
        certain=await discovery.count_certain(actor, query),
        schools=await school_options(request, actor, READ_MONITORING_SETUP),
        networks=[(one.id, one.name) for one in known.items],
    )


@post(
    urls.add_certain_candidates,
    guards=[allow(EDIT_MONITORING, tokens=False)],
    include_in_schema=False,
)
async def add_certain(request: WebRequest, actor: NamedDependency[Actor]) -> Redirect:
    form = await read_form(request, CertainForm)
    done = await discovery.add_certain(actor, school_id=form.school_id, network_id=form.network_id)
    said = say("{added} added.", added=done.added)
    if done.left:
        said = say(
            "{added} added; {left} are not certain any more and wait for you.",
            added=done.added,
            left=done.left,
        )
    return see_other(urls.candidates(), said)


async def _add(actor: Actor, candidate_id: int, form: AddForm) -> Candidate:
    return await discovery.add_candidate(actor, candidate_id, form.choice())


def _to_its_device(added: Candidate, *_: object) -> Redirect:
    assert added.device_id is not None
    return see_other(
        urls.device(added.device_id),
        say("{address} is monitored now; its first readings come soon.", address=added.address),
    )


async def _page(
    request: WebRequest, actor: Actor, candidate_id: int, form: Form | None = None
) -> Response[str]:
    candidate = await discovery.get_candidate(actor, candidate_id)
    as_found = {"asset_tag": candidate.asset_tag, "credential_id": candidate.credential_id}
    known = await credentials.list_credentials(actor, OfSchool(candidate.school_id))
    return render(
        request,
        "monitoring/candidates/candidate.html",
        candidate=candidate,
        credentials=[(one.id, one.name) for one in known.items],
        new_asset=_new_asset(actor, candidate),
        may_keep=actor.can_at(candidate.school_id, EDIT_MONITORING),
        form=form or Form(as_found),
    )


def _new_asset(actor: Actor, candidate: Candidate) -> str:
    """The form of a new asset, filled with what the device tells of itself."""
    codes = {one.school_id: one.school_code for one in actor.memberships}
    return urls.new_asset(
        school=codes.get(candidate.school_id),
        serial_number=trusted_serial(candidate.identity),
        name=candidate.identity.get("name"),
    )


PAGES: list[ControllerRouterHandler] = [
    shown(urls.candidates, _list_page, READ_MONITORING_SETUP),
    add_certain,
    shown(urls.candidate, _page, READ_MONITORING_SETUP),
    posted(
        urls.add_candidate,
        AddForm,
        _add,
        then=_to_its_device,
        page=_page,
        allowed=EDIT_MONITORING,
    ),
    button(
        urls.ignore_candidate,
        discovery.ignore_candidate,
        then=lambda done, _: see_other(
            urls.candidates(), say("{address} is offered no more.", address=done.address)
        ),
        allowed=EDIT_MONITORING,
    ),
    button(
        urls.take_back_candidate,
        discovery.take_back,
        then=to(urls.candidate, say("It waits for a decision again.")),
        allowed=EDIT_MONITORING,
    ),
]
