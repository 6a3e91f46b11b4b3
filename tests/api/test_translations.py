"""The catalogues against the sources: nothing untranslated, nothing left over, nothing mangled."""

import re
from collections import defaultdict

import pytest

from api.wording.language import LOCALES, choose, language
from core.errors import say
from tests.api import sentences

HAN = re.compile(r"[\u4e00-\u9fff]")
# Names and units that a Chinese page writes in Latin letters as well.
LATIN_IN_CHINESE = re.compile(r"^[A-Za-z0-9 .,:：/()%+{}°·-]*$")

# Variants of a word that pages once mixed, and the word that all of them use now.
FORBIDDEN = {
    "哪些是安全的": "数据是否受影响",
    "这里什么也没有": "页面不存在",
    "轮询|次访问|立即读取|读取间隔|迟到": "采集, 采集延迟",
    "要做什么": "维护内容",
    "一次还是每周": "重复方式",
    "每隔几小时": "搜索间隔（小时）",
    "配件": "备件",
    "设备模板": "设备类型",
    "星期[一二三四五六日]": "周一",
    "(?<!健康)状况": "完好程度",
    "接收捐赠": "登记捐赠",
    "^致 ": "the donor's name and a colon",
    "缺少什么|说明了什么": "缺件情况及归还说明",
    "比较紧急|严重程度|有多严重": "紧急程度",
    "台资产": "件资产",
    "变更历史": "变更记录",
    "账目|账上": "台账",
    "班组": "班级或小组",
    "地点": "位置",
    "没有这些资产": "没有这件资产",
}


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


@pytest.mark.parametrize(("forbidden", "word"), list(FORBIDDEN.items()))
def test_one_thing_has_one_chinese_word(forbidden: str, word: str) -> None:
    found = [entry for entry in sentences.entries() if re.search(forbidden, entry.text)]
    assert not found, f"say {word}: " + "; ".join(f"{e.file}: {e.text}" for e in found)
    glossary = (sentences.ROOT / "docs" / "glossary.md").read_text()
    assert not re.search(rf"\| ({forbidden}) \|", glossary)


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


def test_what_the_desk_asks_for_is_called_as_its_fields_call_it() -> None:
    said = language("zh_CN").gettext
    asked = said("Choose who gets it: one person, one place, one class or one guest")
    for field in ("Person", "Place", "Class or group", "Guest"):
        assert said(field) in asked
