"""What answers for donations: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.donations.pages import DonationPages
from api.inventory.donations.routes import DonationRoutes, DonorRoutes
from api.inventory.donations.table import FILES

PAGES: list[ControllerRouterHandler] = [DonationPages, *FILES]
ROUTES: list[ControllerRouterHandler] = [DonationRoutes, DonorRoutes]
