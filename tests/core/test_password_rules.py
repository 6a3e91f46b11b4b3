"""Which passwords people may choose."""

import pytest

from core.errors import Invalid
from core.password_rules import check_password, is_common


@pytest.mark.parametrize(
    "common",
    [
        "1234567890",
        "aaaaaaaaaaaa",
        "password2026",
        "Passw0rd!!!!",
        "qwertyuiop123",
        "labshare2026",
        "administrator1",
        "abcdefghijkl",
        "wangfang2026",
        "iloveyou1314",
        "secretsecretsecret",
        "ababababab",
    ],
)
def test_what_everybody_tries_first_is_refused(common: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(common, login="wangfang", name="Wang Fang")
    assert refused.value.code == "too_common"


@pytest.mark.parametrize(
    "good", ["willow kettle orbit", "春眠不觉晓处处闻啼鸟", "T7$wq-LmP2-xx91", "river4stone-lamp"]
)
def test_a_password_of_ones_own_is_taken(good: str) -> None:
    check_password(good, login="wangfang", name="Wang Fang")


@pytest.mark.parametrize(("length", "code"), [(9, "too_short"), (201, "too_long")])
def test_too_short_and_too_long_are_refused(length: int, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password("xk" * (length // 2) + "z" * (length % 2), login="someone")
    assert refused.value.code == code


def test_ones_own_name_counts_for_nothing() -> None:
    assert is_common("technician7-2026", own_words=("technician7", ""))
    assert not is_common("technician7-2026", own_words=("other", ""))
