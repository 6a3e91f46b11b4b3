"""The catalogues against the sources: nothing untranslated, nothing left over, nothing mangled."""

import re
from collections import defaultdict

import pytest

from api.language import LOCALES, choose, language
from core.errors import say
from tests.api import sentences

HAN = re.compile(r"[\u4e00-\u9fff]")
# Names and units that a Chinese page writes in Latin letters as well.
LATIN_IN_CHINESE = re.compile(r"^[A-Za-z0-9 .,:/()%+{}°·-]*$")


def test_every_sentence_is_in_the_chinese_catalogue() -> None:
    known = {entry.msgid for entry in sentences.entries() if entry.text and not entry.fuzzy}
    missing = [one for one in sentences.said().values() if one.msgid not in known]
    assert not missing, "\n".join(f"{one.place}: {one.msgid!r}" for one in missing)


def test_no_translation_is_left_of_a_sentence_that_nobody_says() -> None:
    said = sentences.said()
    stale = [entry for entry in sentences.entries() if entry.msgid not in said]
    assert not stale, "\n".join(f"{entry.file}: {entry.msgid!r}" for entry in stale)


def test_a_translation_keeps_the_placeholders_of_its_sentence() -> None:
    said = sentences.said()
    mangled = []
    for entry in sentences.entries():
        sentence = said.get(entry.msgid)
        if sentence is None or not entry.text:
            continue
        # A plural may leave its number out of the singular, so the forms are taken together.
        wanted = sentences.placeholders(sentence.msgid + (sentence.plural or ""))
        if sentences.placeholders(entry.text) != wanted:
            mangled.append(f"{entry.file}: {entry.msgid!r} -> {entry.text!r}")
    assert not mangled, "\n".join(mangled)


def test_a_sentence_reads_alike_wherever_it_is_translated() -> None:
    texts: dict[str, set[str]] = defaultdict(set)
    for entry in sentences.entries():
        texts[entry.msgid].add(entry.text)
    torn = {msgid: found for msgid, found in texts.items() if len(found) > 1}
    assert not torn


def test_chinese_translations_are_chinese() -> None:
    foreign = [
        entry
        for entry in sentences.entries()
        if entry.text and not HAN.search(entry.text) and not LATIN_IN_CHINESE.match(entry.text)
    ]
    assert not foreign


@pytest.mark.parametrize(
    ("person", "cookie", "accept", "chosen"),
    [
        ("zh_CN", "en", "en", "zh_CN"),
        ("", "zh_CN", "en", "zh_CN"),
        ("", "", "zh-TW,zh;q=0.9,en;q=0.5", "zh_CN"),
        ("", "", "en;q=0.5, zh;q=0.9", "zh_CN"),
        ("", "", "fr, en;q=0.3", "en"),
        ("", "", "zh;q=0, *", "en"),
        ("", "", "", "en"),
        ("tlh", "tlh", ";q=x,,", "en"),
    ],
)
def test_the_persons_setting_comes_before_cookie_and_browser(
    person: str, cookie: str, accept: str, chosen: str
) -> None:
    assert choose(person, cookie, accept) == chosen


def test_an_unknown_language_falls_back_to_the_source() -> None:
    assert language("tlh").code == "en"
    assert set(LOCALES) == {"zh_CN", "en"}


def test_a_message_inside_a_message_is_translated_too() -> None:
    inner = say("In repair")
    outer = say("{thing}: {state}", thing="P-1", state=inner)
    assert language("zh_CN").words(outer) == "P-1: 维修中"
