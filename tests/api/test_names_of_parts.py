"""A part is named once: no word for its kind before a name that begins with that word."""

import pytest

from api.wording.language import fill, language, without_kind
from core.errors import Message
from monitoring.profiles.alert_messages import RULE_SENTENCES


@pytest.mark.parametrize(
    ("before", "name", "left"),
    [
        ("NAS：硬盘 ", "硬盘 2", "NAS："),
        ("NAS：硬盘 ", "硬盘2", "NAS："),
        ("NAS：硬盘 ", "硬盘", "NAS："),
        ("NAS：硬盘 ", "硬盘柜 1", "NAS：硬盘 "),
        ("NAS：硬盘 ", "Disk 2", "NAS：硬盘 "),
        ("NAS: drive ", "Drive 2", "NAS: "),
        ("NAS: drive ", "drive", "NAS: "),
        ("NAS: drive ", "Drivers", "NAS: drive "),
        ("NAS: the health of drive ", "Drive 2", "NAS: the health of "),
        ("SW: power supply ", "Power Supply 1", "SW: "),
        ("SW: power supply ", "Supply 1", "SW: power "),
        ("SW: port ", "Gi1/0/1", "SW: port "),
        ("SW: port ", "Port-channel1", "SW: "),
        ("", "硬盘 2", ""),
        ("drive ", "", "drive "),
        ("a" * 10_000, "a", "a" * 10_000),
    ],
)
def test_the_kind_gives_way_to_a_name_that_begins_with_it(
    before: str, name: str, left: str
) -> None:
    assert without_kind(before, name) == left


@pytest.mark.parametrize(
    ("locale", "instance", "words"),
    [
        ("zh_CN", "硬盘 2", "NAS：硬盘 2 过热（61 °C）"),
        ("zh_CN", "sda", "NAS：硬盘 sda 过热（61 °C）"),
        ("en", "Drive 2", "NAS: Drive 2 is too hot (61 °C)"),
        ("en", "sda", "NAS: drive sda is too hot (61 °C)"),
    ],
)
def test_an_alert_names_the_part_once(locale: str, instance: str, words: str) -> None:
    template = RULE_SENTENCES["disk_hot"].template
    message = Message(template, {"device": "NAS", "instance": instance, "value": 61})
    assert language(locale).words(message) == words


def test_other_values_leave_the_words_before_them_alone() -> None:
    assert fill("room {room}, {{x}} {y}", {"room": "Room 301"}) == "room Room 301, {x} {y}"
