"""Lists for selects: pairs of value and text, in the reader's language."""

from collections.abc import Iterable

from api.http.types import WebRequest
from api.wording.reader import language_of
from core import schools
from core.access import Actor
from core.permissions import Permission
from core.schools import School

Options = list[tuple[int, str]]


async def school_options(
    request: WebRequest, actor: Actor, permission: Permission | None = None
) -> Options:
    """The schools in sight, or those where the actor has the permission."""
    wanted = actor.school_ids_with(permission) if permission else actor.school_ids
    seen = await schools.list_schools(actor)
    return named(request, (school for school in seen if school.id in wanted))


def named(request: WebRequest, found: Iterable[School]) -> Options:
    """Schools by their name in the reader's language."""
    code = language_of(request).code
    return [(school.id, school.name(code)) for school in found]
