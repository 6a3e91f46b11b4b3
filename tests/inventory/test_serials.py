"""Which serial numbers name one thing."""

import pytest

from inventory.serials import clean, trust

JUNK = (
    "Default string", "DEFAULT STRING", "To be filled by O.E.M.", "To Be Filled By O.E.M",
    "None", "N/A", "System Serial Number", "Chassis Serial Number", "Not Specified", "unknown",
    "0", "0000000000", "00-00-00-00", "XXXXXXXX", "........", "123", "123456789", "0123456789",
    "6.37702E+15", "1E+15", "2,01909e+19", "201909010001234000",
    "无", "未知", "1111111", "-", "Not Applicable",
)  # fmt: skip
GOOD = (
    "PF2K7Q9Z",
    "5CD0123ABC",
    "CN-0X8DXD-71581",
    "SN 4471 02",
    "4471",
    "R90-1234",
    "5E12",
    "2019090100012345",
    "20190901000123456789",
)


@pytest.mark.parametrize("serial", JUNK)
def test_junk_serials_are_never_trusted(serial: str) -> None:
    assert trust(serial) == "junk"


@pytest.mark.parametrize("serial", GOOD)
def test_real_serials_are_trusted(serial: str) -> None:
    assert trust(serial) == "ok"


@pytest.mark.parametrize("serial", [None, "", "   ", "\t"])
def test_no_serial_is_no_junk(serial: str | None) -> None:
    assert trust(serial) == "none"
    assert clean(serial) is None
