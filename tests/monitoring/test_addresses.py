"""Addresses of network cards, however a label or a switch writes them."""

import pytest

from core.errors import Invalid
from monitoring.devices.addresses import checked_mac


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("02:00:5e:10:00:01", "02:00:5e:10:00:01"),
        ("02-00-5E-10-00-01", "02:00:5e:10:00:01"),
        ("0200.5e10.0001", "02:00:5e:10:00:01"),
        (" 02005E100001 ", "02:00:5e:10:00:01"),
        ("", None),
        ("  ", None),
    ],
)
def test_an_address_is_kept_one_way(written: str, kept: str | None) -> None:
    assert checked_mac(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "02:00:5e:10:00",
        "02:00:5e:10:00:01:02",
        "zz:00:5e:10:00:01",
        "00:00:00:00:00:00",
        "ff-ff-ff-ff-ff-ff",
    ],
)
def test_what_is_no_card_is_refused_by_name(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_mac(written)
    assert refused.value.errors[0].field == "mac"
