"""Litestar's generic types as this application uses them."""

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State

WebRequest = Request[Any, Any, State]
WebConnection = ASGIConnection[Any, Any, Any, State]
