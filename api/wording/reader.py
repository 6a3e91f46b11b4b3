"""Who reads an answer: in which language a person, or a browser, is spoken to."""

from api.http.identity import find_actor
from api.http.types import WebConnection
from api.wording.language import LANGUAGE_COOKIE, Language, choose, language


def language_of(connection: WebConnection) -> Language:
    """The language in which this person, or this browser, is answered, by the school's clock."""
    actor = find_actor(connection)
    code = choose(
        actor.locale if actor else "",
        connection.cookies.get(LANGUAGE_COOKIE, ""),
        connection.headers.get("accept-language", ""),
    )
    return language(code, actor.zone) if actor else language(code)
