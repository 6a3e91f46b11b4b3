"""The choices of the inventory's forms: schools by code, places and models by name."""

from api.pages.rendering import language_of
from api.types import WebRequest
from core import places, schools
from core.access import Actor, Role
from core.errors import NotFound
from inventory import models


async def school_codes(request: WebRequest, actor: Actor, *roles: Role) -> list[tuple[str, str]]:
    """The schools in sight, or those where the actor has one of ``roles``."""
    wanted = actor.school_ids_as(*roles) if roles else actor.school_ids
    code = language_of(request).code
    return [
        (school.code, school.name(code))
        for school in await schools.find_schools(actor)
        if school.id in wanted
    ]


async def place_options(
    actor: Actor, *, school_id: int | None = None, school_ids: list[int] | None = None
) -> list[tuple[int, str]]:
    """The places in use, each named from the outside in."""
    return [
        (place.id, place.path)
        for place in await places.find_places(actor, school_id=school_id)
        if school_ids is None or place.school_id in school_ids
    ]


async def chosen_model(actor: Actor, model_id: int | None) -> list[tuple[int, str]]:
    """The model by which a list is filtered, if there is such a one."""
    if model_id is None:
        return []
    try:
        model = await models.get_model(actor, model_id)
    except NotFound:
        return []
    return [(model.id, model.title)]
