"""Schools over JSON."""

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow
from api.kit.numbers import PathId
from core import schools
from core.access import Actor
from core.paging import Page
from core.permissions import MANAGE_SCHOOL, READ_SCHOOLS
from core.schools import School, SchoolFacts
from storage import quotas
from storage.quotas import StorageUse


class FactorRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a school asks of its admins."""

    is_required: bool


class SchoolDetails(School, frozen=True):
    """A school, and for its admins what its files take of the room that it was given."""

    storage: StorageUse | None = None


class SchoolRoutes(Controller):
    """/api/v1/schools"""

    path = "/schools"
    tags = ("schools",)

    @get(
        guards=[allow(READ_SCHOOLS)],
        operation_id="school_list",
        summary="The schools that you belong to",
    )
    async def list_schools(self, actor: NamedDependency[Actor]) -> Page[School]:
        """All of them in one page: nobody belongs to many."""
        return Page(await schools.list_schools(actor))

    @post(
        guards=[allow(MANAGE_SCHOOL)],
        operation_id="school_create",
        summary="Add a school",
    )
    async def create_school(
        self, actor: NamedDependency[Actor], data: JSONBody[SchoolFacts]
    ) -> School:
        """You become its first admin, so a token is refused (`admins_in_person`)."""
        return await schools.create_school(actor, data)

    @get(
        "/{school_id:int}",
        guards=[allow(READ_SCHOOLS)],
        operation_id="school_get",
        summary="One school",
    )
    async def get_school(self, actor: NamedDependency[Actor], school_id: PathId) -> SchoolDetails:
        """`storage` is for its admins, null for others; the operator sets `allowed_bytes`."""
        school = await schools.get_school(actor, school_id)
        storage = await quotas.find_use(actor, school_id)
        return SchoolDetails(**msgspec.structs.asdict(school), storage=storage)

    @put(
        "/{school_id:int}",
        guards=[allow(MANAGE_SCHOOL)],
        operation_id="school_edit",
        summary="Write a school's facts anew",
    )
    async def edit_school(
        self, actor: NamedDependency[Actor], school_id: PathId, data: JSONBody[SchoolFacts]
    ) -> School:
        return await schools.update_school(actor, school_id, data)

    @put(
        "/{school_id:int}/second-factor",
        guards=[allow(MANAGE_SCHOOL, tokens=False)],
        operation_id="school_second_factor_rule",
        summary="Whether a school's admins need a second factor",
    )
    async def set_second_factor_rule(
        self, actor: NamedDependency[Actor], school_id: PathId, data: JSONBody[FactorRule]
    ) -> School:
        """Who has none is no admin there until it is set up; whoever turns it on has one."""
        return await schools.require_second_factor(actor, school_id, is_required=data.is_required)
