"""What answers for donors: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.donors.pages import DonorPages
from api.inventory.donors.picking import list_donor_names

PAGES: list[ControllerRouterHandler] = [DonorPages, list_donor_names]
ROUTES: list[ControllerRouterHandler] = []
