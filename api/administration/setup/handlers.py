"""What answers for setup: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.administration.setup.pages import do_setup, show_setup

PAGES: list[ControllerRouterHandler] = [do_setup, show_setup]
ROUTES: list[ControllerRouterHandler] = []
