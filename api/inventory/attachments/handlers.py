"""Photographs and papers: their pages and their JSON, for each of the nouns that have them."""

from litestar.types import ControllerRouterHandler

from api.inventory.attachments.owners import OWNERS
from api.inventory.attachments.pages import AttachmentPages, pages_of
from api.inventory.attachments.routes import AttachmentRoutes, routes_of

PAGES: list[ControllerRouterHandler] = [
    AttachmentPages,
    *(handler for owner in OWNERS.values() for handler in pages_of(owner)),
]
ROUTES: list[ControllerRouterHandler] = [
    AttachmentRoutes,
    *(handler for owner in OWNERS.values() for handler in routes_of(owner)),
]
