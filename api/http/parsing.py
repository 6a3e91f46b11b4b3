"""Queries, cookies and forms into texts, with a bound on each, and kept by nobody afterwards.

They stand in the place of Litestar's own (api/http/framework.py), which remember the last 1,024 of each
whole, passwords included.
"""

from collections import defaultdict
from collections.abc import Callable
from http.cookies import _unquote as unquote_cookie
from urllib.parse import SplitResult, parse_qsl, unquote, unquote_to_bytes, urlsplit

from litestar.exceptions import ClientException, HTTPException

MOST_FIELDS = 1000

Fields = dict[str, str | list[str]]

# The standard library's remembers the last 128 addresses whole.
split_url: Callable[[str], SplitResult] = getattr(urlsplit, "__wrapped__", urlsplit)


def parse_query(query_string: bytes) -> tuple[tuple[str, str], ...]:
    """Names and values in their order; 400 unless they are UTF-8."""
    return tuple(_pairs(query_string))


def parse_form(encoded_data: bytes) -> Fields:
    """A form as browsers post it (application/x-www-form-urlencoded).

    400 unless it is UTF-8, 413 above MOST_FIELDS fields.
    """
    fields: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in _pairs(encoded_data):
        fields[name].append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in fields.items()}


def parse_cookies(cookie_string: str) -> dict[str, str]:
    """A Cookie header (RFC 6265); what cannot be read is replaced, since others set cookies too."""
    cookies = {}
    for part in cookie_string.split(";"):
        name, equals, value = part.partition("=")
        name, value = (name.strip(), value.strip()) if equals else ("", name.strip())
        if name or value:
            cookies[name] = unquote(unquote_cookie(value))
    return cookies


def is_utf8(percent_encoded: bytes) -> bool:
    """Whether an address, or a part of it, decodes to text."""
    try:
        unquote_to_bytes(percent_encoded).decode()
    except UnicodeDecodeError:
        return False
    return True


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            encoded.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except UnicodeDecodeError:
        raise ClientException("not UTF-8") from None
    except ValueError:
        raise HTTPException("more than {MOST_FIELDS} fields", status_code=413) from None
