"""Bytes that agents send as text."""

import pytest

from monitoring.text import decode_text


@pytest.mark.parametrize(
    ("raw", "text", "is_guess"),
    [
        (b"", "", False),
        (b"Room 301", "Room 301", False),
        ("三楼打印机".encode(), "三楼打印机", False),
        ("三楼打印机".encode("gb18030"), "三楼打印机", False),
        (b"padded\x00\x00\x00", "padded", False),
        (b"\x00", "", False),
        (b"two\r\nlines\t here", "two lines here", False),
        (b"bell\x07 and escape\x1b[31m", "bell and escape[31m", False),
        (b"\xff\xfe\xfd", "\xff\xfe\xfd", True),
        ("墨盒".encode() + b"\xff", "å¢¨ç\x9b\x92ÿ".replace("\x9b", "").replace("\x92", ""), True),
    ],
)
def test_text_is_read_in_the_first_encoding_that_fits(
    raw: bytes, text: str, is_guess: bool
) -> None:
    assert decode_text(raw) == (text, is_guess)
