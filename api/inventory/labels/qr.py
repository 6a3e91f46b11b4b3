"""QR codes as drawings inside the page: sharp on any printer, no file to fetch."""

import io

import segno
from markupsafe import Markup

from api import urls
from api.http.types import WebRequest


def scan_address(request: WebRequest, code: str) -> str:
    """What a label's QR code holds: the whole address of its scan."""
    return whole_address(request, urls.scan(code))


def whole_address(request: WebRequest, path: str) -> str:
    """A page of ours as any device opens it."""
    base = request.app.state.settings.base_url or str(request.base_url).rstrip("/")
    return f"{base}{path}"


def drawing(text: str) -> Markup:
    """``text`` as a QR code of ours, hidden from screen readers: the words beside it say the same.

    Error correction M: a corner scratched off a sticker does not matter.
    """
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, svgclass=None,
        lineclass=None, nl=False,
    )  # fmt: skip
    svg = out.getvalue().decode().replace("<svg ", '<svg aria-hidden="true" ', 1)
    return Markup(svg)  # noqa: S704 (drawn by us from a text that only becomes squares)
