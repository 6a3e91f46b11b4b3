"""What answers for home: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.home.language_switch import switch_language
from api.home.pages import show_home
from api.home.search import show_search

PAGES: list[ControllerRouterHandler] = [show_home, switch_language, show_search]
ROUTES: list[ControllerRouterHandler] = []
