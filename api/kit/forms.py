"""HTML forms: into Structs, every wrong field named; and back on their page with what was typed."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import time
from inspect import isawaitable
from typing import Any, TypeVar, get_args, get_origin, overload

import msgspec
from litestar.datastructures import FormMultiDict, MultiDict, UploadFile

from api.http.field_errors import explain
from api.http.types import WebRequest
from core.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    Problem,
    TooMany,
    Unavailable,
    say,
)

R = TypeVar("R")
T = TypeVar("T", bound=msgspec.Struct)

# Of every body unless its route says otherwise: without need nobody makes us read megabytes.
SMALL_FORM_BYTES = 64 * 1024
# Of a form with long texts: 8,000 Chinese characters are 72,000 bytes once they are posted.
LONG_FORM_BYTES = 256 * 1024
# Of a form with photographs. Teaching resources come through /api/v1/uploads.
PHOTO_FORM_BYTES = 40 * 1024 * 1024
# What a form shows beside its fields instead of on a page of its own; those after Forbidden only
# where the handler says so, as where one signs in.
REFUSALS = (Invalid, Conflict, NotFound, Forbidden)
REFUSED_STATUS: dict[type[Problem], int] = {
    Invalid: 422,
    Conflict: 409,
    NotFound: 404,
    Forbidden: 403,
    NotSignedIn: 401,
    TooMany: 429,
    Unavailable: 503,
}
_LISTS: set[Any] = {list, tuple, set, frozenset}
CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}")


async def read_form(request: WebRequest, form_type: type[T]) -> T:
    """The posted form as ``form_type``, or Invalid with all its errors.

    A blank field counts as absent, a box is True when ticked, a list takes every value sent,
    text is stripped. Files are left to the caller: ``(await request.form()).getall("photos")``.
    """
    return convert_form(await request.form(), form_type)


class Nothing(msgspec.Struct, frozen=True):
    """The form of a button."""


class Form(msgspec.Struct, frozen=True):
    """A form as its page shows it: what stands in the fields, what is wrong, the answer's status.

    :func:`api.kit.rendering.render` takes it as ``form`` and sets the page's errors and status.
    """

    values: Mapping[str, Any] = {}
    errors: tuple[FieldError, ...] = ()
    status: int = 200

    def with_values(self, **values: object) -> "Form":
        """The same with some fields set anew, such as a version that has moved on."""
        return msgspec.structs.replace(self, values={**self.values, **values})

    def with_version(self, version: int) -> "Form":
        """After a conflict with the row's present version: sent again, it is sent knowingly."""
        return self.with_values(version=version) if self.status == 409 else self

    def with_errors(self, *errors: FieldError) -> "Form":
        """The same with more that is wrong, such as pictures that only the page looks at."""
        return msgspec.structs.replace(self, errors=(*self.errors, *errors))

    def with_defaults(self, **values: object) -> "Form":
        """The same, and what stands in the fields that were not sent with it."""
        return msgspec.structs.replace(self, values={**values, **self.values})


def refused_form(
    typed: Mapping[str, Any], refused: Problem, fields: Mapping[str, str] | None = None
) -> Form:
    """The form again after a refusal; ``fields`` maps the domain's names to those of the page.

    What names no field stands at the head of the form, or where ``fields`` puts "".
    """
    errors = refused.errors or (FieldError(refused.field or "", refused.message, refused.code),)
    names = fields or {}
    placed = tuple(
        msgspec.structs.replace(error, field=names.get(error.field, error.field))
        for error in errors
    )
    status = next(code for kind, code in REFUSED_STATUS.items() if isinstance(refused, kind))
    return Form(typed, placed, status)


@overload
async def read_query(
    request: WebRequest, query_type: type[T], derive: Callable[[T], Awaitable[R]]
) -> tuple[T, R, Form]: ...


@overload
async def read_query(
    request: WebRequest, query_type: type[T], derive: Callable[[T], R]
) -> tuple[T, R, Form]: ...


async def read_query(
    request: WebRequest, query_type: type[T], derive: Callable[[T], Any]
) -> tuple[T, R, Form]:
    """The query of a page, what ``derive`` makes of it, and the form as it was asked.

    Where either is Invalid the page shows what its address without a query shows, and the errors.
    """
    typed: dict[str, Any] = dict(request.query_params)
    query = query_type()
    try:
        query = convert_form(request.query_params, query_type)
        return query, await _value_of(derive(query)), Form(typed)
    except Invalid as refused:
        return query, await _value_of(derive(query_type())), refused_form(typed, refused)


async def _value_of(value: Any) -> Any:
    return await value if isawaitable(value) else value


async def as_typed(
    request: WebRequest, form_type: type[msgspec.Struct] | None = None
) -> dict[str, Any]:
    """The posted texts, to fill the form again after a refusal; passwords are never given back.

    A list's field of ``form_type`` has all its values, any other its last one.
    """
    form = await request.form()
    lists = {
        field.encode_name
        for field in (msgspec.structs.fields(form_type) if form_type else ())
        if _kinds(field.type) & _LISTS
    }
    texts = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
    typed: dict[str, Any] = {name: text for name, text in texts if "password" not in name}
    return typed | {name: [text for key, text in texts if key == name and text] for name in lists}


def convert_form(form: FormMultiDict | MultiDict[Any], form_type: type[T]) -> T:
    """:func:`read_form` for a form that has been read already, or a query."""
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for field in msgspec.structs.fields(form_type):
        given = _given(form, field)
        if given is msgspec.UNSET:
            if field.required:
                errors.append(FieldError(field.encode_name, say("Fill in this field"), "required"))
            continue
        if "\0" in str(given):
            errors.append(explain("", field=field.encode_name))
            continue
        try:
            values[field.name] = msgspec.convert(given, field.type, strict=False)
        except msgspec.ValidationError as error:
            errors.append(explain(str(error), field=field.encode_name))
    if errors:
        raise Invalid(errors)
    return form_type(**values)


def _given(form: FormMultiDict | MultiDict[Any], field: msgspec.structs.FieldInfo) -> Any:
    texts = [
        value.strip()
        for value in form.getall(field.encode_name, [])
        if not isinstance(value, UploadFile)
    ]
    texts = [text.replace("\r\n", "\n") for text in texts if text]
    kinds = _kinds(field.type)
    if time in kinds:
        # Browsers leave the seconds out, RFC 3339 does not.
        texts = [f"{text}:00" if CLOCK.fullmatch(text) else text for text in texts]
    if bool in kinds:
        return any(text not in ("false", "0", "off") for text in texts)
    if kinds & _LISTS:
        return texts if texts or not field.required else msgspec.UNSET
    return texts[-1] if texts else msgspec.UNSET


def _kinds(annotation: Any) -> set[Any]:
    if get_origin(annotation) is not None and hasattr(annotation, "__metadata__"):
        return _kinds(get_args(annotation)[0])
    origin = get_origin(annotation)
    if origin in _LISTS:
        return {origin}
    if get_args(annotation):
        return {kind for part in get_args(annotation) for kind in _kinds(part)}
    return {annotation}
