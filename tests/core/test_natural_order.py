"""Names with numbers in the order in which people count them."""

import pytest

from core.natural_order import natural_key


@pytest.mark.parametrize(
    "names",
    [
        ["计算机教室一", "计算机教室二", "计算机教室三", "计算机教室十", "计算机教室十二"],
        ["Room 2", "room 10", "Room 100"],
        ["101 室", "102 室", "1001 室"],
        ["一号柜", "二号柜", "三号柜", "二十号柜", "二十三号柜", "一百零二号柜"],
        ["二〇三", "三〇一"],
        ["第2间", "第三间", "第１０间"],
        ["A", "A 1", "B"],
        ["教室零", "教室两", "教室3"],
        ["1" * 18, "2" * 40],
    ],
)
def test_names_are_ordered_as_people_count(names: list[str]) -> None:
    shuffled = names[::-1]
    assert sorted(shuffled, key=natural_key) == names


@pytest.mark.parametrize("name", ["", "²", "٣", "十十", "千百", "一" * 30, "９" * 30, "½"])
def test_no_name_is_too_odd_to_be_ordered(name: str) -> None:
    assert sorted([name, "1", "a"], key=natural_key)
