"""Answers to what is no request yet: short, plain, and in both languages, since nobody is known."""

from http import HTTPStatus

from api.wording.language import LOCALES, language
from core.errors import Message, say

SENTENCES: dict[int, Message] = {
    400: say("The request was not understood"),
    408: say("The request came too slowly. Try again."),
    414: say("The address is too long. Go back and search for less at once."),
    429: say("Too many connections are open from your address. Wait a little and try again."),
    431: say(
        "Your browser sends too much in its headers. Delete this site's cookies and try again."
    ),
}
RETRY_SECONDS = 10


def raw_answer(status: int) -> bytes:
    """A whole HTTP/1.1 answer after which the connection is closed."""
    sentence = SENTENCES[status]
    body = "".join(f"{language(code).words(sentence)}\n" for code in LOCALES).encode()
    head = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "content-type: text/plain; charset=utf-8",
        f"content-length: {len(body)}",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "connection: close",
    ]
    if status in (408, 429):
        head.append(f"retry-after: {RETRY_SECONDS}")
    return "\r\n".join([*head, "", ""]).encode() + body
