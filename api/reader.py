"""Who reads an answer: in which language a person, or a browser, is spoken to."""

from api.identity import find_actor
from api.language import LANGUAGE_COOKIE, Language, choose, language
from api.types import WebConnection


def language_of(connection: WebConnection) -> Language:
    """The language in which this person, or this browser, is answered."""
    actor = find_actor(connection)
    return language(
        choose(
            actor.locale if actor else "",
            connection.cookies.get(LANGUAGE_COOKIE, ""),
            connection.headers.get("accept-language", ""),
        )
    )
