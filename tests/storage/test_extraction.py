"""Words, covers and refusals, from real files."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from core.sandbox import Limits
from storage import extraction, formats
from storage.extraction import Findings
from storage.extractors.findings import MOST_CHARACTERS, in_pages, tidy
from tests.storage import samples

OOXML = "application/vnd.openxmlformats-officedocument"


async def found(tmp_path: Path, data: bytes, media_type: str) -> Findings:
    path = tmp_path / "file"
    path.write_bytes(data)
    return await extraction.extract(path, media_type, tmp_path)


async def test_a_pdf_gives_its_words_by_page_and_a_cover(tmp_path: Path) -> None:
    data = samples.pdf("光的折射实验", "第二页：平面镜成像")
    findings = await found(tmp_path, data, "application/pdf")
    assert "光的折射实验" in findings.pages[0]
    assert "平面镜成像" in findings.pages[1]
    assert findings.page_count == 2
    assert [(p.kind, p.page) for p in findings.pictures] == [
        ("large", 1),
        ("page", 1),
        ("thumbnail", 1),
        ("large", 2),
        ("page", 2),
    ]
    with Image.open(tmp_path / "thumbnail-1.webp") as cover:
        assert max(cover.size) == 320


async def test_the_first_twenty_pages_have_pictures_in_two_sizes(tmp_path: Path) -> None:
    findings = await found(tmp_path, samples.pdf(*["页"] * 23), "application/pdf")
    assert findings.page_count == 23
    for kind in ("page", "large"):
        assert [p.page for p in findings.pictures if p.kind == kind] == list(range(1, 21))
    with (
        Image.open(tmp_path / "page-20.webp") as page,
        Image.open(tmp_path / "large-20.webp") as big,
    ):
        assert max(page.size) == 1100 < max(big.size) <= 2000


async def test_a_pdf_that_asks_for_a_password_is_said_to_be_locked(tmp_path: Path) -> None:
    findings = await found(tmp_path, samples.pdf("试卷", password="秘密"), "application/pdf")
    assert findings == Findings(note="locked")


async def test_slides_give_titles_tables_groups_and_notes(tmp_path: Path) -> None:
    data = samples.slides("函数的概念", "函数的图象", note="提问学生", cell="自变量")
    findings = await found(tmp_path, data, f"{OOXML}.presentationml.presentation")
    for words in ("函数的概念", "提问学生", "自变量", "组合自变量"):
        assert words in findings.pages[0]
    assert findings.pages[1] == "函数的图象"
    # The picture inside is that of python-pptx's template: no cover is better than a wrong one.
    assert findings.pictures == []


async def test_a_document_gives_paragraphs_and_tables(tmp_path: Path) -> None:
    data = samples.document("小车避障教案", "教学目标", cell="超声波传感器")
    findings = await found(tmp_path, data, f"{OOXML}.wordprocessingml.document")
    assert all(words in findings.pages[0] for words in ("小车避障教案", "教学目标", "超声波传感器"))


async def test_each_sheet_is_a_page(tmp_path: Path) -> None:
    data = samples.sheets(七年级=[["姓名", "分数"], ["甲", 98]], 八年级=[["乙", 87]])
    findings = await found(tmp_path, data, f"{OOXML}.spreadsheetml.sheet")
    assert "分数" in findings.pages[0] and "98" in findings.pages[0]
    assert "87" in findings.pages[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_a_text_is_read_in_the_encodings_of_schools(tmp_path: Path, encoding: str) -> None:
    findings = await found(tmp_path, "春晓\n孟浩然 bird".encode(encoding), "text/plain")
    assert "孟浩然 bird" in findings.pages[0]


async def test_names_inside_a_zip_from_chinese_windows_are_readable(tmp_path: Path) -> None:
    data = samples.archive_from_chinese_windows("巡线小车.ino", "接线图.png")
    findings = await found(tmp_path, data, "application/zip")
    assert "巡线小车.ino" in findings.pages[0] and "接线图.png" in findings.pages[0]
    assert findings.note == "archive"


async def test_a_picture_gives_a_thumbnail_and_a_screen_size(tmp_path: Path) -> None:
    findings = await found(tmp_path, samples.picture(size=(3000, 1500)), "image/png")
    assert {(p.kind, p.width, p.height) for p in findings.pictures} == {
        ("large", 2000, 1000),
        ("page", 1100, 550),
        ("thumbnail", 320, 160),
    }


async def test_a_picture_that_unpacks_to_gigabytes_is_left_alone(tmp_path: Path) -> None:
    buffer = BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    findings = await found(tmp_path, buffer.getvalue(), "image/png")
    assert findings.pictures == [] and findings.note == "too_large_inside"


@pytest.mark.parametrize("media_type", ["application/pdf", f"{OOXML}.wordprocessingml.document"])
async def test_a_damaged_file_is_unreadable_and_not_an_error(
    tmp_path: Path, media_type: str
) -> None:
    assert (await found(tmp_path, b"%PDF-1.7 torn", media_type)).note == "unreadable"


async def test_old_office_and_video_say_that_there_is_no_preview(tmp_path: Path) -> None:
    for media_type in ("application/vnd.ms-powerpoint", "video/mp4", "application/octet-stream"):
        assert await found(tmp_path, samples.video(), media_type) == Findings(note="no_preview")


async def test_a_reader_that_never_ends_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extraction, "LIMITS", Limits(wall_seconds=0.01))
    findings = await found(tmp_path, samples.pdf(*["页"] * 50), "application/pdf")
    assert findings.note == "unreadable"


def test_words_broken_at_a_line_end_are_joined() -> None:
    torn = "凸透镜成\n像的规律\r\nLens  equation\x00"
    assert tidy(torn, wrapped=True) == "凸透镜成像的规律\nLens equation"
    assert tidy(torn) == "凸透镜成\n像的规律\nLens equation"


def test_a_long_text_is_cut_into_pages_that_a_row_can_hold() -> None:
    pages = in_pages("\n".join(f"第{n}句 words" for n in range(3000)))
    assert len(pages) > 5
    assert all(len(page) <= MOST_CHARACTERS for page in pages)
    assert "第2999句" in pages[-1]


CONTENTS = [
    ("pdf", samples.pdf("页")),
    ("pptx", samples.slides("题")),
    ("docx", samples.document("文")),
    ("xlsx", samples.sheets(表=[[1]])),
    ("zip", samples.archive("a.txt")),
    ("png", samples.picture("PNG")),
    ("jpeg", samples.picture("JPEG")),
    ("gif", samples.picture("GIF")),
    ("webp", samples.picture("WEBP")),
    ("bmp", samples.picture("BMP")),
    ("isomedia", samples.video()),
    ("text", "教案".encode("gb18030")),
    ("ole", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)),
    ("program", b"MZ" + bytes(58) + (128).to_bytes(4, "little") + bytes(200)),
    ("program", b"\x7fELF" + bytes(100)),
    ("unknown", bytes(range(256)) * 4),
]


@pytest.mark.parametrize(("content", "data"), CONTENTS)
async def test_content_is_known_by_its_bytes(tmp_path: Path, content: str, data: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    assert await extraction.content_of(path) == content


@pytest.mark.parametrize(
    ("name", "declared", "content", "kept"),
    [
        ("课件.pdf", "application/pdf", "pdf", "application/pdf"),
        ("课件.PDF", "", "pdf", "application/pdf"),
        ("课件.ppt", "application/vnd.ms-powerpoint", "ole", "application/vnd.ms-powerpoint"),
        ("成绩.csv", "application/vnd.ms-excel", "text", "text/csv"),
        ("小车.sb3", "application/x-scratch", "zip", "application/x.scratch.sb3"),
        ("资料.zip", "application/x-zip-compressed", "zip", "application/zip"),
        ("课件", "", "pptx", f"{OOXML}.presentationml.presentation"),
        ("notes", "", "text", "text/plain"),
        ("model.stl", "", "unknown", "application/octet-stream"),
        ("第一课.mp4", "video/mp4", "isomedia", "video/mp4"),
    ],
)
def test_name_sender_and_bytes_agree(name: str, declared: str, content: str, kept: str) -> None:
    assert formats.decided_type(name, declared, content) == kept


@pytest.mark.parametrize(
    ("name", "declared", "content", "code"),
    [
        ("课件.pdf", "application/pdf", "zip", "content_mismatch"),
        ("课件.pptx", "", "unknown", "content_mismatch"),
        ("课件", "application/pdf", "png", "type_mismatch"),
        ("游戏.zip", "application/zip", "program", "program"),
        ("setup.exe", "", "program", "program"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(
    name: str, declared: str, content: str, code: str
) -> None:
    with pytest.raises(formats.Disagreement) as refusal:
        formats.decided_type(name, declared, content)
    assert refusal.value.code == code
