"""Traps and informs over JSON: what devices said unasked."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.noun_routes import NounRoutes
from api.kit.numbers import QueryId
from api.wording.language import Language
from api.wording.reader import language_of
from core.access import Actor
from core.permissions import READ_MONITORING
from monitoring.traps import views
from monitoring.traps.views import DeviceMessage, MessageCount, MessageFilter

Days = Annotated[int, QueryParameter(ge=1, le=90)]


@get(
    "/traps/counts",
    guards=[allow(READ_MONITORING)],
    operation_id="trap_counts",
    summary="How often which device said what",
    tags=("traps",),
)
async def count_traps(
    request: WebRequest,
    actor: NamedDependency[Actor],
    of_school: NamedDependency[int | None],
    q: FromQuery[str | None] = None,
    device_id: QueryId = None,
    is_known: FromQuery[bool | None] = None,
    days: Days = 7,
) -> list[MessageCount]:
    """The two hundred that come most often, over so many days."""
    only = MessageFilter(q, of_school, device_id, is_known)
    speech = language_of(request)
    found = await views.count_messages(actor, only, days=days)
    return [msgspec.structs.replace(one, title=speech.words(one.title)) for one in found]


def told(one: DeviceMessage, speech: Language) -> DeviceMessage:
    """The message with its title in the reader's language."""
    return msgspec.structs.replace(one, title=speech.words(one.title))


_traps = NounRoutes("/traps", "trap", tags=("traps",), read=READ_MONITORING, localize=told)
ROUTES: list[ControllerRouterHandler] = [
    _traps.list(
        views.list_messages,
        "What devices said, the latest first",
        "``is_known`` false: what no profile has words for. The same within a minute is one.",
        without=("trap_oid",),
    ),
    count_traps,
]
