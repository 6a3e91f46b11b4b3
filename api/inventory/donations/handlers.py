"""What answers for donations: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.donations.pages import DonationPages
from api.inventory.donations.routes import DonationRoutes, DonorRoutes

PAGES: list[ControllerRouterHandler] = [DonationPages]
ROUTES: list[ControllerRouterHandler] = [DonationRoutes, DonorRoutes]
