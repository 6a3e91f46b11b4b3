"""What answers for candidates: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.candidates.pages import CandidatePages
from api.monitoring.candidates.routes import CandidateRoutes

PAGES: list[ControllerRouterHandler] = [CandidatePages]
ROUTES: list[ControllerRouterHandler] = [CandidateRoutes]
