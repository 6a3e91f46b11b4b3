"""The choices of the inventory's forms: schools by code, places and models by name."""

from api.http.types import WebRequest
from api.wording.reader import language_of
from core import lesson_periods, places, schools
from core.access import Actor
from core.errors import NotFound
from core.paging import MAX_LIMIT
from core.permissions import Permission
from core.places import PlaceKind
from inventory import donations, donors, models
from inventory.stock import StockItem

# Value and text, and the group that it stands in where there are several.
Option = tuple[int, str] | tuple[int, str, str]


async def school_codes(
    request: WebRequest, actor: Actor, permission: Permission | None = None
) -> list[tuple[str, str]]:
    """The schools in sight, or those where the actor has the permission."""
    wanted = actor.school_ids_with(permission) if permission else actor.school_ids
    code = language_of(request).code
    return [
        (school.code, school.name(code))
        for school in await schools.list_schools(actor)
        if school.id in wanted
    ]


async def place_options(
    actor: Actor,
    *,
    school_id: int | None = None,
    school_ids: list[int] | None = None,
    without: PlaceKind | None = None,
    only: PlaceKind | None = None,
) -> list[Option]:
    """The places in use, each named from the outside in; of several schools, school by school."""
    found = [
        place
        for place in await places.list_places(actor, school_id=school_id)
        if (school_ids is None or place.school_id in school_ids)
        and place.kind is not without
        and only in (None, place.kind)
    ]
    return by_school(actor, [(place.id, place.path, place.school_id) for place in found])


async def lesson_options(actor: Actor, school_ids: list[int]) -> list[Option]:
    """The lessons of the schools' days with their times; of several schools, school by school."""
    found = await lesson_periods.list_periods(actor, limit=MAX_LIMIT)
    return by_school(
        actor,
        [
            (one.id, f"{one.name} {one.starts:%H:%M}–{one.ends:%H:%M}", one.school_id)
            for one in found.items
            if one.school_id in school_ids
        ],
    )


def stock_options(found: list[StockItem]) -> list[Option]:
    """Parts in stock, each with its place and how many are free there."""
    return [(one.id, f"{one.title} · {one.place} ({one.available})") for one in found]


def by_school(actor: Actor, found: list[tuple[int, str, int]]) -> list[Option]:
    """Choices (value, text, school's id) in the order given; of several schools, school by school."""
    if len({school_id for _, _, school_id in found}) < 2:
        return [(value, text) for value, text, _ in found]
    names = {
        one.school_id: schools.name_in(actor.locale or "en", one.school_name_zh, one.school_name_en)
        for one in actor.memberships
    }
    in_order = sorted(found, key=lambda choice: choice[2])
    return [(value, text, names[school_id]) for value, text, school_id in in_order]


async def chosen_model(actor: Actor, model_id: int | None) -> list[tuple[int, str]]:
    """The model by which a list is filtered, if there is such a one."""
    if model_id is None:
        return []
    try:
        model = await models.get_model(actor, model_id)
    except NotFound:
        return []
    return [(model.id, model.title)]


async def chosen_donation(actor: Actor, donation_id: int | None) -> str | None:
    """The title of the donation by which a list is filtered, if the actor may read it."""
    if donation_id is None:
        return None
    try:
        return (await donations.get_donation(actor, donation_id)).title
    except NotFound:
        return None


async def chosen_donor(actor: Actor, donor_id: int | None) -> str | None:
    """The name of the donor by which a list is filtered, if the actor may read it."""
    if donor_id is None:
        return None
    try:
        donor = await donors.get_donor(actor, donor_id)
    except NotFound:
        return None
    return donor.name or None
