"""Which bytes a download answers with: the table of cases."""

import pytest

from api.http.delivery import disposition
from api.http.ranges import NotModified, Slice, Unsatisfiable, decide

ETAG = '"abc"'
WHOLE = Slice(0, 1000, is_part=False)

CASES = [
    # range, if-range, answer
    (None, None, WHOLE),
    ("bytes=0-", None, Slice(0, 1000, is_part=True)),
    ("bytes=0-0", None, Slice(0, 1, is_part=True)),
    ("bytes=100-199", None, Slice(100, 100, is_part=True)),
    ("bytes=999-", None, Slice(999, 1, is_part=True)),
    ("bytes=500-5000", None, Slice(500, 500, is_part=True)),
    ("bytes=-1", None, Slice(999, 1, is_part=True)),
    ("bytes=-5000", None, Slice(0, 1000, is_part=True)),
    ("BYTES=1-2", None, Slice(1, 2, is_part=True)),
    (" bytes=1-2 ", None, Slice(1, 2, is_part=True)),
    ("bytes=1000-", None, Unsatisfiable()),
    ("bytes=2000-3000", None, Unsatisfiable()),
    ("bytes=-0", None, Unsatisfiable()),
    # Ignored, as the RFC allows: the whole file is a right answer.
    ("bytes=", None, WHOLE),
    ("bytes=-", None, WHOLE),
    ("bytes=5-2", None, WHOLE),
    ("bytes=a-b", None, WHOLE),
    ("bytes=0-1,5-6", None, WHOLE),
    ("lines=0-1", None, WHOLE),
    ("bytes=" + "9" * 40 + "-", None, WHOLE),
    # Only our own strong ETag lets a download be resumed.
    ("bytes=100-", ETAG, Slice(100, 900, is_part=True)),
    ("bytes=100-", '"other"', WHOLE),
    ("bytes=100-", 'W/"abc"', WHOLE),
    ("bytes=100-", "Mon, 23 Nov 2026 16:00:00 GMT", WHOLE),
    ("bytes=1000-", '"other"', WHOLE),
]


@pytest.mark.parametrize(("range_header", "if_range", "answer"), CASES)
def test_a_range_is_answered_as_the_rfc_says(
    range_header: str | None, if_range: str | None, answer: object
) -> None:
    given = decide(size=1000, etag=ETAG, range_header=range_header, if_range=if_range)
    assert given == answer


@pytest.mark.parametrize(
    ("if_none_match", "is_known"),
    [(ETAG, True), ('W/"abc"', True), ('"x", "abc"', True), ("*", True), ('"x"', False)],
)
def test_what_the_reader_has_is_not_sent_again(if_none_match: str, is_known: bool) -> None:
    given = decide(size=1000, etag=ETAG, if_none_match=if_none_match, range_header="bytes=0-9")
    assert isinstance(given, NotModified) is is_known


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        (
            "数学 课件.pdf",
            'attachment; filename="__ __.pdf"; '
            "filename*=UTF-8''%E6%95%B0%E5%AD%A6%20%E8%AF%BE%E4%BB%B6.pdf",
        ),
        ('a"\\%b.txt', "attachment; filename=\"a___b.txt\"; filename*=UTF-8''a%22%5C%25b.txt"),
    ],
)
def test_file_names_reach_old_and_new_browsers(name: str, header: str) -> None:
    assert disposition(name) == header
