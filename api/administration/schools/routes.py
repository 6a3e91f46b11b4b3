"""Schools over JSON."""

import msgspec
from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core import schools
from core.access import Actor
from core.paging import Page
from core.permissions import MANAGE_SCHOOL, READ_SCHOOLS
from core.schools import School
from storage import quotas
from storage.quotas import StorageUse


class FactorRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a school asks of its admins."""

    is_required: bool


class SchoolDetails(School, frozen=True):
    """A school, and for its admins what its files take of the room that it was given."""

    storage: StorageUse | None = None


async def get_details(actor: Actor, school_id: int) -> SchoolDetails:
    """A school with its storage, as far as the actor may know of that."""
    school = await schools.get_school(actor, school_id)
    storage = await quotas.find_use(actor, school_id)
    return SchoolDetails(**msgspec.structs.asdict(school), storage=storage)


_routes = NounRoutes(
    "/schools", "school", tags=("schools",), read=READ_SCHOOLS, write=MANAGE_SCHOOL
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        schools.list_schools,
        "The schools that you belong to",
        "All of them in one page: nobody belongs to many.",
        gives=Page[School],
    ),
    _routes.create(
        schools.create_school,
        "Add a school",
        "You become its first admin, so a token is refused (`admins_in_person`).",
    ),
    _routes.get(
        get_details,
        "One school",
        "`storage` is for its admins, null for others; the operator sets `allowed_bytes`.",
    ),
    _routes.update(schools.update_school, "Write a school's facts anew"),
    _routes.at(
        "PUT /{school_id:int}/second-factor",
        schools.require_second_factor,
        "Whether a school's admins need a second factor",
        "Who has none is no admin there until it is set up; whoever turns it on has one.",
        operation="school_second_factor_rule",
        body=FactorRule,
        tokens=False,
    ),
]
