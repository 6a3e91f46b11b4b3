"""The page that asks for the password again before what is dangerous; what was typed comes along."""

from litestar import Response
from litestar.datastructures import UploadFile

from api.http.types import WebRequest
from api.kit.rendering import render
from core.errors import FieldError

TARGET = "confirm_target"


async def ask_password(request: WebRequest) -> Response[str]:
    """The page that asks; its answer sends the form that was refused once more."""
    return await confirmation_page(request, request.scope["path"], 403)


async def confirmation_page(
    request: WebRequest, target: str, status_code: int, *errors: FieldError
) -> Response[str]:
    """The page for the form that goes to ``target``, with all its fields but passwords and files."""
    form = await request.form()
    fields = [
        (name, value)
        for name, value in form.multi_items()
        if not isinstance(value, UploadFile) and "password" not in name and name != TARGET
    ]
    return render(
        request,
        "administration/sign_in/confirm.html",
        status_code=status_code,
        # Whoever switches the language here comes to a page, not to this form's own address.
        here=target,
        target=target,
        fields=fields,
        errors=list(errors),
    )
