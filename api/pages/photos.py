"""Pictures out of a form."""

from litestar.datastructures import UploadFile

from api.types import WebRequest


async def read_photos(request: WebRequest, field: str) -> list[bytes]:
    """The files chosen in ``field``; a browser sends one nameless empty file for none."""
    form = await request.form()
    chosen = [file for file in form.getall(field, []) if isinstance(file, UploadFile)]
    return [await file.read() for file in chosen if file.filename]
