"""Candidates over JSON: what searches found, and what people decide about it."""

import msgspec
from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core.numbers import Id
from core.permissions import EDIT_MONITORING, READ_MONITORING_SETUP
from monitoring import discovery


class WhichCertain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of which school or network; of all in sight without either."""

    school_id: Id | None = None
    network_id: Id | None = None


_routes = NounRoutes(
    "/candidates",
    "candidate",
    tags=("discovery",),
    read=READ_MONITORING_SETUP,
    write=EDIT_MONITORING,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        discovery.list_candidates,
        "What searches found",
        "Those that wait for a decision, unless ``decision`` says otherwise; the newest first.",
    ),
    _routes.get(discovery.get_candidate, "One candidate"),
    _routes.at(
        "POST /add-certain",
        discovery.add_certain,
        "Add all that are certain",
        "Each is judged again as it is now; what is not certain any more is left to people.",
        operation="candidate_add_certain",
        body=WhichCertain,
        status=200,
    ),
    _routes.step(
        "add",
        discovery.add_candidate,
        "Make a candidate the device of an asset",
        "Refused with 409 when somebody has decided before.",
    ),
    _routes.step(
        "ignore",
        discovery.ignore_candidate,
        "Offer a candidate no more",
        "Not after later searches either, until it is taken back.",
    ),
    _routes.step(
        "take-back",
        discovery.take_back,
        "Let an ignored candidate wait again",
        called="take_back",
    ),
]
