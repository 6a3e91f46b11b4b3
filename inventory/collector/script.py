"""The file for a stick: a batch file for Windows and a shell script for Linux in one.

``cmd`` takes the first line for a label and begins with the second; ``sh`` takes all of the Windows
part for a here-document that nobody reads. The batch lines end as batch lines do, and none of them
jumps to a label: ``cmd`` loses its way to labels in files whose other lines end with a line feed alone.
"""

from collections.abc import Callable
from pathlib import Path

SCRIPTS = Path(__file__).parent / "scripts"
FILE_NAME = "labshare-collect.cmd"
BLOCK_BYTES = 64
# The two halves of HMAC (RFC 2104, section 2), for a shell that knows only SHA-256.
INNER, OUTER = 0x36, 0x5C
# What it says, in both languages: nobody knows yet who will stand before the machine.
WORDS = {
    "TAG": "Number on the sticker, or Enter / 标签编号，没有就按回车键:",
    "DONE": "Done: written to labshare-readings.txt / 完成：已写入 labshare-readings.txt",
    "NOT_WRITTEN": "NOT written: is the stick full or write-protected? / 没有写入：U盘是否已满或写保护？",
    "NOT_ROOT": "Without administrator rights power-on hours may be missing."
    " / 没有管理员权限，可能读不到通电时间。",
    "CLOSE": "Press Enter to close. / 按回车键关闭。",
    "NO_HASH": "No sha256sum, shasum or openssl here. / 本机没有 sha256sum、shasum 或 openssl。",
}


def collecting_file(key_id: int, secret: bytes) -> bytes:
    """The file that signs with a key of 32 bytes; all of it is plain ASCII."""
    header = _read("header.cmd").replace("\n", "\r\n")
    windows = _filled(_read("windows.ps1"), key_id, _escaped_for_powershell)
    linux = _filled(_read("linux.sh"), key_id, _escaped_for_sh)
    whole = f':<<"::LINUX"\n{header}#BEGIN-WINDOWS\n{windows}#END-WINDOWS\n::LINUX\n{linux}'
    whole = whole.replace("@KEY_HEX@", secret.hex())
    whole = whole.replace("@INNER_PAD@", _octal(_pad(secret, INNER)))
    return whole.replace("@OUTER_PAD@", _octal(_pad(secret, OUTER))).encode("ascii")


def _read(name: str) -> str:
    return (SCRIPTS / name).read_text("ascii")


def _filled(script: str, key_id: int, escaped: Callable[[str], str]) -> str:
    for name, text in WORDS.items():
        script = script.replace(f"@SAY_{name}@", escaped(text))
    return script.replace("@KEY_ID@", str(key_id))


def _pad(secret: bytes, mask: int) -> bytes:
    return bytes(byte ^ mask for byte in secret.ljust(BLOCK_BYTES, b"\0"))


def _octal(data: bytes) -> str:
    """As the ``%b`` of a shell's ``printf`` reads any byte (POSIX, printf)."""
    return "".join(f"\\0{byte:03o}" for byte in data)


def _escaped_for_sh(text: str) -> str:
    return "".join(one if one.isascii() else _octal(one.encode()) for one in text)


def _escaped_for_powershell(text: str) -> str:
    """As ``[regex]::Unescape`` reads it; none of our words has a sign that it would take otherwise."""
    return "".join(one if one.isascii() else f"\\u{ord(one):04x}" for one in text)
