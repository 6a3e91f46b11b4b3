"""What answers for credentials: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.credentials.pages import CredentialPages
from api.monitoring.credentials.routes import CredentialRoutes

PAGES: list[ControllerRouterHandler] = [CredentialPages]
ROUTES: list[ControllerRouterHandler] = [CredentialRoutes]
