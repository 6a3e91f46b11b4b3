"""What a file is, read from its bytes, and whether that agrees with what it is called."""

import zipfile
from io import BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO

import msgspec

from core import zip_files
from core.errors import Message, say

HEAD_BYTES = 4096
UNKNOWN = "unknown"
PROGRAM = "program"


class Format(msgspec.Struct, frozen=True):
    """A kind of file: how it is served, its endings, and which contents may hide behind them."""

    media_type: str
    endings: tuple[str, ...]
    contents: tuple[str, ...]
    # Other names that browsers and old systems declare for it.
    aliases: tuple[str, ...] = ()


class Disagreement(Exception):
    """The content is not what the name or the sender says; ``message`` is for the owner."""

    def __init__(self, code: str, message: Message) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


_OOXML = "application/vnd.openxmlformats-officedocument"

FORMATS = (
    Format("application/pdf", (".pdf",), ("pdf",)),
    Format(f"{_OOXML}.presentationml.presentation", (".pptx", ".ppsx"), ("pptx",)),
    Format(f"{_OOXML}.wordprocessingml.document", (".docx",), ("docx",)),
    Format(f"{_OOXML}.spreadsheetml.sheet", (".xlsx",), ("xlsx",)),
    Format("application/vnd.ms-powerpoint", (".ppt", ".pps"), ("ole",)),
    Format("application/msword", (".doc",), ("ole", "rtf")),
    Format("application/vnd.ms-excel", (".xls",), ("ole", "text"), ("text/csv",)),
    Format("application/vnd.ms-works", (".wps",), ("ole", "docx"), ("application/wps-office.wps",)),
    Format("application/wps-office.et", (".et",), ("ole", "xlsx")),
    Format("application/wps-office.dps", (".dps",), ("ole", "pptx")),
    Format("application/vnd.oasis.opendocument.text", (".odt",), ("odt",)),
    Format("application/vnd.oasis.opendocument.presentation", (".odp",), ("odp",)),
    Format("application/vnd.oasis.opendocument.spreadsheet", (".ods",), ("ods",)),
    Format("application/epub+zip", (".epub",), ("epub",)),
    Format("application/rtf", (".rtf",), ("rtf",), ("text/rtf",)),
    Format("application/x.scratch.sb3", (".sb3",), ("zip",), ("application/x-scratch",)),
    Format(
        "application/zip",
        (".zip", ".ggb", ".h5p"),
        ("zip", "empty-zip"),
        ("application/x-zip-compressed",),
    ),
    Format("application/x-7z-compressed", (".7z",), ("7z",)),
    Format("application/vnd.rar", (".rar",), ("rar",), ("application/x-rar-compressed",)),
    Format("application/gzip", (".gz", ".tgz"), ("gzip",), ("application/x-gzip",)),
    Format("image/png", (".png",), ("png",)),
    Format("image/jpeg", (".jpg", ".jpeg"), ("jpeg",), ("image/pjpeg",)),
    Format("image/gif", (".gif",), ("gif",)),
    Format("image/webp", (".webp",), ("webp",)),
    Format("image/bmp", (".bmp",), ("bmp",), ("image/x-ms-bmp",)),
    Format("image/tiff", (".tif", ".tiff"), ("tiff",)),
    Format("image/svg+xml", (".svg",), ("text",)),
    Format("video/mp4", (".mp4", ".m4v"), ("isomedia",)),
    Format("video/quicktime", (".mov",), ("isomedia",)),
    Format("video/webm", (".webm",), ("matroska",)),
    Format("video/x-matroska", (".mkv",), ("matroska",)),
    Format("video/x-msvideo", (".avi",), ("avi",), ("video/avi",)),
    Format("video/x-ms-wmv", (".wmv",), ("asf",)),
    Format("video/x-flv", (".flv",), ("flv",)),
    Format("audio/mpeg", (".mp3",), ("mp3",), ("audio/mp3",)),
    Format("audio/mp4", (".m4a",), ("isomedia",), ("audio/x-m4a",)),
    Format("audio/wav", (".wav",), ("wav",), ("audio/x-wav", "audio/wave")),
    Format("audio/ogg", (".ogg", ".oga"), ("ogg",), ("video/ogg",)),
    Format("audio/flac", (".flac",), ("flac",)),
    Format("application/x-shockwave-flash", (".swf",), ("swf",)),
    Format("text/csv", (".csv",), ("text",), ("application/vnd.ms-excel",)),
    Format("text/html", (".html", ".htm"), ("text",)),
    Format("text/markdown", (".md",), ("text",)),
    Format("text/x-python", (".py",), ("text",)),
    Format("application/json", (".json",), ("text",)),
    Format("text/plain", (".txt", ".log", ".ino", ".c", ".cpp", ".h", ".srt", ".hex"), ("text",)),
)

_HEADS = (
    (0, b"%PDF-", "pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"GIF8", "gif"),
    (8, b"WEBP", "webp"),
    (8, b"WAVE", "wav"),
    (8, b"AVI ", "avi"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (4, b"ftyp", "isomedia"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"FLV\x01", "flv"),
    (0, b"ID3", "mp3"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (0, b"{\\rtf", "rtf"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "empty-zip"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"FWS", "swf"),
    (0, b"CWS", "swf"),
    (0, b"\x7fELF", PROGRAM),
    (0, b"\xcf\xfa\xed\xfe", PROGRAM),
)
_INSIDE_ZIP = (("ppt/", "pptx"), ("word/", "docx"), ("xl/", "xlsx"))
_MIMETYPE_ENTRY = {
    b"application/epub+zip": "epub",
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
# Control characters that no text has; tab, line ends and form feed are allowed.
_NEVER_IN_TEXT = frozenset(range(32)) - {9, 10, 12, 13, 27}


def content_of_head(path: Path) -> str:
    """What the bytes are, as one of the words in ``Format.contents``, ``program`` or ``unknown``.

    Looks at the first bytes alone; for a ``zip`` :func:`inside_zip` says more.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return content_of(head, path.stat().st_size)


def content_of(head: bytes, size: int) -> str:
    """:func:`content_of_head` of a file's first ``HEAD_BYTES`` and its size."""
    # A Windows program: "MZ", and the offset of its real header stays inside the file's first pages.
    if head[:2] == b"MZ" and len(head) > 64 and int.from_bytes(head[60:64], "little") < 0x10000:
        return PROGRAM
    for offset, signature, content in _HEADS:
        if head.startswith(signature, offset):
            return content
    if head[:2] == b"BM" and int.from_bytes(head[2:6], "little") == size:
        return "bmp"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "mp3"
    return "text" if decode(head, whole=len(head) < HEAD_BYTES) is not None else UNKNOWN


def decided_type(file_name: str, declared: str, content: str) -> str:
    """The media type to keep for the file, or Disagreement if name, sender and bytes differ."""
    if content == PROGRAM:
        raise Disagreement(
            "program", say("Programs are not accepted; put the program into a ZIP file")
        )
    by_name = _by_ending(file_name)
    if by_name and not any(content in format_.contents for format_ in by_name):
        raise Disagreement(
            "content_mismatch",
            say("The file is named {ending}, but its content is something else or damaged",
                ending=PurePath(file_name).suffix.lower()),
        )  # fmt: skip
    by_sender = [f for f in FORMATS if declared in (f.media_type, *f.aliases)]
    if by_sender and not any(content in format_.contents for format_ in by_sender):
        raise Disagreement(
            "type_mismatch",
            say("The file was sent as {declared}, but its content is something else",
                declared=declared),
        )  # fmt: skip
    for format_ in by_name or [f for f in FORMATS if content in f.contents]:
        if content in format_.contents:
            return format_.media_type if by_name or content != "text" else "text/plain"
    return "application/octet-stream"


def decode(data: bytes, *, whole: bool = True) -> str | None:
    """The text in UTF-8, UTF-16 with a mark, or GB18030; None if it is no text.

    With ``whole`` unset a character cut off at the end is forgiven.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _decoded(data, "utf-16", whole=whole)
    if _NEVER_IN_TEXT & set(data):
        return None
    text = _decoded(data, "utf-8-sig", whole=whole)
    return text if text is not None else _decoded(data, "gb18030", whole=whole)


def _decoded(data: bytes, encoding: str, *, whole: bool) -> str | None:
    for cut in range(1 if whole else 4):
        try:
            return data[: len(data) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _by_ending(file_name: str) -> list[Format]:
    ending = PurePath(file_name).suffix.lower()
    return [format_ for format_ in FORMATS if ending in format_.endings]


def inside_zip(data: bytes, path: str = "") -> bytes:
    """What kind of ZIP the file at ``path`` is, or ``data``; called in the process with limits,
    for nothing in it is trusted."""
    return _kind_of_zip(Path(path) if path else BytesIO(data)).encode()


def _kind_of_zip(source: Path | BinaryIO) -> str:
    try:
        with zip_files.opened(source) as archive:
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                return _MIMETYPE_ENTRY.get(archive.read("mimetype").strip(), "zip")
            if "[Content_Types].xml" in names:
                for folder, content in _INSIDE_ZIP:
                    if any(name.startswith(folder) for name in names):
                        return content
    except zip_files.DirectoryTooLarge:
        return "zip"
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError):
        return UNKNOWN
    return "zip"
