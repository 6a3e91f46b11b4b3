"""What answers for security log: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.administration.security_log.pages import download_security_log, show_security_log
from api.administration.security_log.routes import SecurityLogRoutes

PAGES: list[ControllerRouterHandler] = [download_security_log, show_security_log]
ROUTES: list[ControllerRouterHandler] = [SecurityLogRoutes]
