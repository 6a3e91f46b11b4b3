"""Bytes that agents send as text."""

import pytest

from monitoring.decoding.rows import decode_text


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
        # GB18030 beyond the old GB2312, and in four bytes.
        ("碳粉盒 镕".encode("gb18030"), "碳粉盒 镕", False),
        ("𠮷野家".encode("gb18030"), "𠮷野家", False),
        # Half a character at the end, where firmware cut the field: UTF-8, then GB18030.
        ("黑色墨盒".encode()[:-1], "黑色墨", False),
        ("黑色墨盒".encode()[:-2], "黑色墨", False),
        ("黑色墨盒".encode("gb18030")[:-1], "黑色墨", False),
        ("二楼教师办公室".encode("gb18030") + b"\xb0", "二楼教师办公室", False),
        (b"TRAY \xa3\xb1", "TRAY １", False),  # a full-width digit of a Chinese keyboard
        ("打\0印\0机\0".encode(), "打印机", False),  # padded letter by letter
        (b"\xef\xbb\xbfwith a mark", "with a mark", False),
        ("Büro".encode("latin-1"), "Büro", True),  # a European printer
        ("Café Drucker".encode("latin-1"), "Café Drucker", True),
        ("\u202eevil".encode(), "evil", False),  # no text turns a line around
        ("one\u3000space".encode(), "one space", False),
        (b"\x80\x81\x82\xff", "\xff", True),
        ("墨盒".encode() + b"\xff", "å¢¨ç\x9b\x92ÿ".replace("\x9b", "").replace("\x92", ""), True),
    ],
)
def test_text_is_read_in_the_first_encoding_that_fits(
    raw: bytes, text: str, is_guess: bool
) -> None:
    assert decode_text(raw) == (text, is_guess)


@pytest.mark.parametrize("length", range(1, 40))
def test_no_bytes_whatever_are_a_reason_to_fail(length: int) -> None:
    for seed in range(64):
        raw = bytes((seed * 37 + place * place * 11 + length) % 256 for place in range(length))
        value, _ = decode_text(raw)
        assert value.isprintable()
        assert value == value.strip()


def test_what_was_decoded_once_is_decoded_to_itself() -> None:
    for text in ("三楼打印机", "Tray 1", "𠮷野家", "Büro"):
        assert decode_text(text.encode()) == (text, False)
