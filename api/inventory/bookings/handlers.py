"""Handlers of bookings: pages, forms, JSON."""

from litestar.types import ControllerRouterHandler

from api.inventory.bookings import feeds, forms, pages, routes

PAGES: list[ControllerRouterHandler] = [*pages.PAGES, *forms.PAGES, *feeds.PAGES]
ROUTES: list[ControllerRouterHandler] = routes.ROUTES
