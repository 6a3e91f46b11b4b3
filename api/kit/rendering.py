"""Templates into answers: one environment a language, one context for every page."""

from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.enums import MediaType

from api import urls
from api.http.identity import find_actor
from api.http.static_files import asset_url
from api.http.types import WebRequest
from api.kit.flash import FLASH_COOKIE, waiting_sentence
from api.kit.forms import Form
from api.kit.navigation import navigation
from api.wording.language import LOCALES, MOST_ZONES, Language
from api.wording.reader import language_of as language_of
from api.wording.template_functions import wording
from core import permissions
from core.errors import Message
from core.schools import name_in

# A template lies beside the code that fills it: "inventory/custody/list.html".
TEMPLATES = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=len(LOCALES) * MOST_ZONES)
def environment(spoken: Language) -> Environment:
    """The templates as they read in one language; a name that nobody gave is an error."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        # A page belongs to the program that runs: a file changed under it waits for the next start.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        finalize=lambda value: spoken.words(value) if isinstance(value, Message) else value,
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        spoken.gettext, spoken.ngettext, newstyle=True
    )
    env.globals.update(
        locale=spoken.code,
        urls=urls,
        permissions=permissions,
        name_of_school=partial(name_in, spoken.code),
        asset_url=asset_url,
        format_datetime=spoken.moment,
        format_clock=spoken.clock_time,
        format_date=spoken.day,
        format_weekday=spoken.weekday,
        format_time_ago=spoken.time_ago,
        format_number=spoken.number,
        format_bytes=spoken.size,
        format_money=spoken.money,
        format_minutes=spoken.minutes,
        **wording(spoken),
    )
    return env


def render(
    request: WebRequest, template: str, *, status_code: int = 200, **context: Any
) -> Response[str]:
    """A page in the reader's language; ``errors`` and ``form`` are there even where unused.

    A :class:`api.kit.forms.Form` as ``form`` brings the errors and the status of the page along.
    """
    if isinstance(form := context.get("form"), Form):
        context = {"errors": form.errors, **context, "form": form.values}
        status_code = form.status if status_code == 200 else status_code
    flash = waiting_sentence(request)
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    here = f"{path}?{query}" if query else path
    content = (
        environment(language_of(request))
        .get_template(template)
        .render(
            {
                "actor": find_actor(request),
                "nav": navigation(find_actor(request), here),
                "here": here,
                "errors": [],
                "form": {},
                "flash": flash,
                **context,
            }
        )
    )
    page = Response(content, media_type=MediaType.HTML, status_code=status_code)
    if flash is not None:
        page.delete_cookie(FLASH_COOKIE)
    return page
