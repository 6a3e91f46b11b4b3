"""Candidates over JSON: what searches found, and what people decide about it."""

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.numbers import PathId
from core.access import Actor
from core.numbers import Id
from core.paging import Page
from core.permissions import EDIT_MONITORING, READ_MONITORING_SETUP
from monitoring import discovery
from monitoring.discovery import (
    AddedAll,
    Candidate,
    CandidateFilter,
    Choice,
)


class WhichCertain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of which school or network; of all in sight without either."""

    school_id: Id | None = None
    network_id: Id | None = None


class CandidateRoutes(Controller):
    """/api/v1/candidates"""

    path = "/candidates"
    tags = ("discovery",)

    @get(
        guards=[allow(READ_MONITORING_SETUP)],
        operation_id="candidate_list",
        summary="What searches found",
        dependencies={"asked": asked_for(CandidateFilter)},
    )
    async def list_candidates(
        self, actor: NamedDependency[Actor], asked: NamedDependency[ListQuery[CandidateFilter]]
    ) -> Page[Candidate]:
        """Those that wait for a decision, unless ``decision`` says otherwise; the newest first."""
        return await discovery.list_candidates(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        )

    @get(
        "/{candidate_id:int}",
        guards=[allow(READ_MONITORING_SETUP)],
        operation_id="candidate_get",
        summary="One candidate",
    )
    async def get_candidate(self, actor: NamedDependency[Actor], candidate_id: PathId) -> Candidate:
        return await discovery.get_candidate(actor, candidate_id)

    @post(
        "/add-certain",
        guards=[allow(EDIT_MONITORING)],
        operation_id="candidate_add_certain",
        summary="Add all that are certain",
        status_code=200,
    )
    async def add_certain(
        self, actor: NamedDependency[Actor], data: JSONBody[WhichCertain]
    ) -> AddedAll:
        """Each is judged again as it is now; what is not certain any more is left to people."""
        return await discovery.add_certain(
            actor, school_id=data.school_id, network_id=data.network_id
        )

    @post(
        "/{candidate_id:int}/add",
        guards=[allow(EDIT_MONITORING)],
        operation_id="candidate_add",
        summary="Make a candidate the device of an asset",
        status_code=200,
    )
    async def add(
        self, actor: NamedDependency[Actor], candidate_id: PathId, data: JSONBody[Choice]
    ) -> Candidate:
        """Refused with 409 when somebody has decided before."""
        return await discovery.add_candidate(actor, candidate_id, data)

    @post(
        "/{candidate_id:int}/ignore",
        guards=[allow(EDIT_MONITORING)],
        operation_id="candidate_ignore",
        summary="Offer a candidate no more",
        status_code=200,
    )
    async def ignore(self, actor: NamedDependency[Actor], candidate_id: PathId) -> Candidate:
        """Not after later searches either, until it is taken back."""
        return await discovery.ignore_candidate(actor, candidate_id)

    @post(
        "/{candidate_id:int}/take-back",
        guards=[allow(EDIT_MONITORING)],
        operation_id="candidate_take_back",
        summary="Let an ignored candidate wait again",
        status_code=200,
    )
    async def take_back(self, actor: NamedDependency[Actor], candidate_id: PathId) -> Candidate:
        return await discovery.take_back(actor, candidate_id)
