"""Languages: the catalogues, whose language a request is in, and how each writes numbers and dates."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_datetime, format_timedelta, get_day_names
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from core import clock
from core.access import USUAL_ZONE
from core.errors import Message

SOURCE_LOCALE = "en"
LOCALES = ("zh_CN", "en")
# Whoever reads any Chinese gets the Chinese that we have.
BY_LANGUAGE = {code.split("_")[0]: code for code in LOCALES}
LANGUAGE_COOKIE = "labshare_language"
SCHOOL_ZONE = ZoneInfo(USUAL_ZONE)
# Zones of schools at one installation; each has its own templates in memory.
MOST_ZONES = 8
CATALOGUES = Path(__file__).parent.parent / "translations"

WEEKDAY_WIDTHS: dict[str, Literal["abbreviated", "wide"]] = {"zh_CN": "abbreviated", "en": "wide"}
DATE_PATTERNS = {"zh_CN": "y年M月d日", "en": "d MMM y"}
DATETIME_PATTERNS = {"zh_CN": "y年M月d日 HH:mm", "en": "d MMM y, HH:mm"}
BYTE_UNITS = ("B", "KB", "MB", "GB", "TB")

# Sentences within sentences; below this, which is deeper than any of ours, values are left out.
MOST_NESTED = 3
# A page holds a sentence; what is longer comes from no template and no name of ours.
MOST_CHARACTERS = 20_000
# Values that are names which a device gives to its parts, mostly with the kind in front.
NAMES_OF_PARTS = frozenset({"instance", "part"})
MOST_OF_A_KIND = 40
# Whatever begins at a word and goes on to the end without punctuation, the longest first.
_LAST_WORDS = re.compile(r"(?<!\w)(?=([\w ]+$))\w")
_PLACE = re.compile(r"\{\{|\}\}|\{([a-z_][a-z0-9_]*)\}")

Catalogue = Mapping[str, str]


class Language:
    """One language: what ``say()`` and ``_()`` come out as, and its way with figures.

    Moments are on the wall clock of ``zone``, that of the reader's school.
    """

    def __init__(self, code: str, catalogue: Catalogue, zone: ZoneInfo = SCHOOL_ZONE) -> None:
        self.code = code
        self.zone = zone
        self.tag = code.replace("_", "-")
        self._catalogue = catalogue
        self._locale = Locale.parse(code)

    def in_zone(self, zone: ZoneInfo) -> "Language":
        """The same language by another clock."""
        return Language(self.code, self._catalogue, zone)

    def knows(self, msgid: str) -> bool:
        return msgid in self._catalogue

    def gettext(self, msgid: str) -> str:
        return self._catalogue.get(msgid, msgid)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Chinese has one form, English two; the catalogue is keyed by the singular."""
        if self.code == SOURCE_LOCALE:
            return singular if count == 1 else plural
        return self._catalogue.get(singular, plural)

    def words(self, message: object) -> str:
        """A Message in this language, its values written as the language writes them."""
        if not isinstance(message, Message):
            return "" if message is None else str(message)
        return self._sentence(message, depth=0)

    def _sentence(self, message: Message, *, depth: int) -> str:
        text = self.gettext(message.template)
        if not message.params or depth > MOST_NESTED:
            return text[:MOST_CHARACTERS]
        return fill(
            text, {name: self._inner(value, depth) for name, value in message.params.items()}
        )

    def _inner(self, value: object, depth: int) -> object:
        if isinstance(value, Message):
            return self._sentence(value, depth=depth + 1)
        return self.value(value)

    def value(self, value: object) -> object:
        """A value inside a sentence: dates and decimals localised, the rest as it is."""
        if isinstance(value, Message):
            return self.words(value)
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, Decimal | float):
            return self.number(value)
        return value

    def moment(self, at: datetime | float | None, zone: ZoneInfo | None = None) -> str:
        """``at`` (aware, or Unix seconds) on the wall clock of a zone, to the minute."""
        if at is None:
            return ""
        zone = zone or self.zone
        instant = at if isinstance(at, datetime) else datetime.fromtimestamp(at, zone)
        pattern = DATETIME_PATTERNS[self.code]
        return str(format_datetime(instant, pattern, tzinfo=zone, locale=self._locale))

    def clock_time(self, at: datetime, zone: ZoneInfo | None = None) -> str:
        """The hour and minute of a moment."""
        return f"{at.astimezone(zone or self.zone):%H:%M}"

    def day(self, on: date | None, zone: ZoneInfo | None = None) -> str:
        if on is None:
            return ""
        if isinstance(on, datetime):
            on = on.astimezone(zone or self.zone).date()
        return str(format_date(on, DATE_PATTERNS[self.code], locale=self._locale))

    def date_of(self, at: datetime | None) -> date | None:
        """The day of a moment where its reader is, for the cells of files."""
        return at and at.astimezone(self.zone).date()

    def weekday(self, number: int) -> str:
        """A day of the week; 1 is Monday."""
        width = WEEKDAY_WIDTHS[self.code]
        return str(get_day_names(width, locale=self._locale)[number - 1])

    def time_ago(self, at: datetime | None) -> str:
        """ "3 minutes ago"; older than a week it is the date."""
        if at is None:
            return ""
        age = clock.now() - at
        if age > timedelta(days=7):
            return self.day(at)
        return str(format_timedelta(-age, add_direction=True, locale=self._locale))

    def number(self, value: Decimal | float | None, digits: int | None = None) -> str:
        """Grouped, with at most two decimals, or with exactly ``digits``."""
        if value is None:
            return ""
        pattern = "#,##0.##" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
        return str(format_decimal(value, pattern, locale=self._locale))

    def size(self, count: int | None) -> str:
        """A size as the file manager of a school's computer shows it (1 KB = 1,024 bytes)."""
        if count is None:
            return ""
        amount, unit = float(count), 0
        while amount >= 1024 and unit < len(BYTE_UNITS) - 1:
            amount, unit = amount / 1024, unit + 1
        return (
            f"{self.number(round(amount, 1) if amount < 100 else round(amount))} {BYTE_UNITS[unit]}"
        )

    def money(self, amount: Decimal | None, currency: str = "CNY") -> str:
        if amount is None:
            return ""
        return str(format_currency(amount, currency, locale=self._locale))

    def minutes(self, count: float | None) -> str:
        """Minutes of work or of waiting: "45 min", "2 h 5 min", "3 d 4 h"."""
        if count is None:
            return ""
        day, hour, minute = ("天", "小时", "分钟") if self.code == "zh_CN" else ("d", "h", "min")
        days, rest = divmod(round(count), 24 * 60)
        hours, minutes = divmod(rest, 60)
        parts = [(days, day), (hours, hour), (0 if days else minutes, minute)]
        written = [f"{number} {unit}" for number, unit in parts if number]
        return " ".join(written) or f"0 {minute}"


def fill(template: str, values: Mapping[str, object]) -> str:
    """``template`` with each ``{name}`` replaced by its value, at most MOST_CHARACTERS long.

    Not ``str.format``, which pads to any width and reads attributes: a value is text and no more,
    and a place whose value is missing stays as it is written. A word for the kind of a part gives
    way to a name that begins with it.
    """
    template, written, end = template[:MOST_CHARACTERS], "", 0
    for place in _PLACE.finditer(template):
        written += template[end : place.start()]
        end = place.end()
        if place[1] is None:
            written += place[0][0]
            continue
        value = str(values[place[1]]) if place[1] in values else place[0]
        if place[1] in NAMES_OF_PARTS:
            written = without_kind(written, value)
        written += value
    return (written + template[end:])[:MOST_CHARACTERS]


def without_kind(before: str, name: str) -> str:
    """``before`` without the words at its end that ``name`` begins with: "drive " before "Drive 2"."""
    for word in _LAST_WORDS.finditer(before[-MOST_OF_A_KIND:]):
        kind = word[1].strip()
        after = name[len(kind) :]
        if name.casefold().startswith(kind.casefold()) and not after[:1].isalpha():
            return before.removesuffix(word[1])
    return before


def read_catalogue(folder: Path) -> dict[str, str]:
    """Every ``*.po`` of one language, merged; an empty or fuzzy translation counts as none."""
    catalogue: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        for entry in read_po(BytesIO(path.read_bytes()), locale=folder.name):
            msgid, text = _first(entry.id), _first(entry.string)
            if msgid and text and not entry.fuzzy:
                catalogue[msgid] = text
    return catalogue


def _first(forms: Any) -> str:
    """The singular of a message that may have plural forms."""
    return str(forms if isinstance(forms, str) else (forms or [""])[0])


@cache
def languages() -> dict[str, Language]:
    """All languages, read once a process."""
    return {code: Language(code, read_catalogue(CATALOGUES / code)) for code in LOCALES}


def language(code: str, zone: str = USUAL_ZONE) -> Language:
    """The language of ``code``, or the source language where there is none of that code."""
    return _in_zone(code if code in LOCALES else SOURCE_LOCALE, zone)


@lru_cache(maxsize=len(LOCALES) * MOST_ZONES)
def _in_zone(code: str, zone: str) -> Language:
    return languages()[code].in_zone(ZoneInfo(zone))


def choose(person: str, cookie: str, accept_language: str) -> str:
    """The person's own setting, else this browser's cookie, else what the browser asks for."""
    for code in (person, cookie):
        if code in LOCALES:
            return code
    found = negotiate_locale(_preferred(accept_language), BY_LANGUAGE, sep="-")
    return BY_LANGUAGE[found] if found else SOURCE_LOCALE


def _preferred(accept_language: str) -> list[str]:
    """The language tags of an Accept-Language header, the most wanted first (RFC 9110, 12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((float(weight or 1), tag.strip().lower()))
        except ValueError:
            continue
    wanted.sort(key=lambda want: -want[0])
    return [tag for quality, tag in wanted if quality > 0]
