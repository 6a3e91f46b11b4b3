"""Which passwords people may choose."""

import subprocess
import sys

import pytest

from core.errors import Invalid
from core.password_rules import breached, check_password, is_common, length
from labshare.demo.sign_ins import _password

NAMES = ("Wang Fang", "NO1-MS", "第一中学", "Riverside Middle School")


@pytest.mark.parametrize(
    "common",
    [
        "123456789012",
        "aaaaaaaaaaaa",
        "password2026",
        "Passw0rd!!!!",
        "qwertyuiop123",
        "labshare2026",
        "administrator1",
        "abcdefghijkl",
        "wangfang2026",
        "iloveyou1314",
        "woaini1314520",
        "secretsecretsecret",
        "abababababab",
        # From the list of leaked ones, as they are, dressed up, and written twice.
        "contortionist",
        "dragonball2026!",
        "Dr4g0nb4ll--99",
        "charlie7charlie7",
        "1qaz2wsx3edc4rfv",
        # Names of one's own: the account's, the person's, the school's.
        "Wang-Fang-2026",
        "no1-ms-no1-ms-no1",
        "第一中学第一中学",
        "第一中学2026",
        "Riverside2026",
        "ｐａｓｓｗｏｒｄ２０２６",
    ],
)
def test_what_everybody_tries_first_is_refused(common: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(common, login="wangfang", names=NAMES)
    assert refused.value.code == "too_common"


@pytest.mark.parametrize(
    "good",
    [
        "willow kettle orbit",
        "白云石板水桶",
        "窗外三只麻雀吵架",
        "T7$wq-LmP2-xx91",
        "river4stone-lamp",
        "nothing but lower case",
        "老鼠 cheese 1987",
    ],
)
def test_a_password_of_ones_own_is_taken_whatever_it_is_made_of(good: str) -> None:
    check_password(good, login="wangfang", names=NAMES)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("xkqzxkqzxkz", "too_short"),
        ("xk" * 101, "too_long"),
        ("白云石板水", "too_short"),
        ("白云石板水a", "too_short"),
    ],
)
def test_too_short_and_too_long_are_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(text, login="someone")
    assert refused.value.code == code


def test_a_chinese_character_counts_as_two() -> None:
    assert [length(text) for text in ("abc", "白云", "白a云", "𠮷")] == [3, 4, 5, 2]


def test_ones_own_name_counts_for_nothing() -> None:
    assert is_common("technician7-2026", own_words=("technician7", ""))
    assert not is_common("technician7-2026", own_words=("other", ""))


def test_the_passwords_of_the_demo_fit_the_rule() -> None:
    for _ in range(300):
        check_password(_password(), login="technician", names=("技术员一", "LB", "HG"))


def test_the_list_is_read_without_the_rest_of_its_package() -> None:
    """The whole package would cost each web process some 10 MB for tables that nobody uses."""
    assert len(breached()) == 30_000
    check = "import sys; from core.password_rules import breached; breached();"
    told = subprocess.run(
        [sys.executable, "-c", check + "print(*(n for n in sys.modules if 'zxcvbn' in n))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == ""
