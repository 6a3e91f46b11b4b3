"""What answers for account: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.administration.account.pages import AccountPages

PAGES: list[ControllerRouterHandler] = [AccountPages]
ROUTES: list[ControllerRouterHandler] = []
