"""The texts that the collector writes: told apart, read, and their signatures checked.

A text is lines from "labshare-collect 1" to "signature HEX", signed by HMAC-SHA256 (RFC 2104) over all
of its lines but the last, each with a line feed. Names are those of SMBIOS (DMTF DSP0134): maker, model,
serial and uuid of structure type 1.
"""

import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from core.errors import Invalid, Message, say
from inventory import serials
from inventory.collector.disks import HoursSource, disk_serial, read_hours
from inventory.serials import SerialTrust

HEAD = "labshare-collect 1"
SIGNATURE = "signature "
MOST_BYTES = 512 * 1024
MOST_TEXTS = 200
MOST_LINES = 60
MOST_TEXT_BYTES = 16_384
MOST_DISKS = 32
LONGEST_NUMBER = 18
# What boards say that were never given an identity.
JUNK_UUIDS = frozenset({"03000200-0400-0500-0006-000700080009"})


class CollectedDisk(msgspec.Struct, frozen=True):
    """One disk of a text; ``hours`` None where they could not be read."""

    serial: str
    model: str
    size_bytes: int | None
    source: HoursSource
    hours: int | None


class CollectedText(msgspec.Struct, frozen=True, kw_only=True):
    """A text as it was signed; ``digest`` is the SHA-256 of its content with the signature."""

    digest: str
    content: str
    signed: bytes
    signature: str
    key_id: int
    machine_at: datetime | None
    system: str
    tag: str
    maker: str
    model: str
    serial: str
    uuid: str
    processor: str
    memory_mib: int
    disks: tuple[CollectedDisk, ...]

    @property
    def has_hours(self) -> bool:
        return any(disk.serial and disk.hours is not None for disk in self.disks)

    @property
    def trusted_serial(self) -> str | None:
        """The serial number, unless it is what firmware says that was given none."""
        is_good = serials.trust(self.serial) is SerialTrust.ok
        return serials.plain(self.serial) if is_good else None

    @property
    def title(self) -> str:
        return " ".join(word for word in (self.maker, self.model) if word)

    def is_signed_with(self, secret: bytes) -> bool:
        """Whether this key signed it; takes as long for every wrong signature."""
        wanted = hmac.new(secret, self.signed, sha256).hexdigest()
        return hmac.compare_digest(wanted, self.signature)


class UnreadableText(msgspec.Struct, frozen=True):
    """What begins like a text and is none, and why."""

    digest: str
    content: str
    problem: Message


Part = CollectedText | UnreadableText


def read_texts(given: str) -> list[Part]:
    """Every text of a file or of what was pasted; Invalid where there is none, or too much.

    What stands between the texts is passed over, and the same text twice is one.
    """
    if len(given.encode()) > MOST_BYTES:
        raise Invalid.of(
            "text", say("At most {most} KB at once", most=MOST_BYTES // 1024), code="too_long"
        )
    found: dict[str, Part] = {}
    for lines in _blocks(given):
        part = _read(lines)
        found.setdefault(part.digest, part)
    if not found:
        raise Invalid.of(
            "text",
            say("There is no text of the collector in it: it begins with {head}", head=HEAD),
            code="no_text",
        )
    if len(found) > MOST_TEXTS:
        raise Invalid.of(
            "text", say("At most {most} texts at once", most=MOST_TEXTS), code="too_many"
        )
    return list(found.values())


def _blocks(given: str) -> Iterator[list[str]]:
    block: list[str] = []
    for raw in given.lstrip("\ufeff").splitlines():
        # Whoever pastes may bring spaces; a text of ours has none around a line.
        line = raw.strip("\ufeff\xa0\t\r ")
        if line == HEAD:
            if block:
                yield block
            block = [HEAD]
        elif block:
            block.append(line)
            if line.startswith(SIGNATURE):
                yield block
                block = []
    if block:
        yield block


def _read(lines: list[str]) -> Part:
    content = "\n".join(lines).strip() + "\n"
    digest = sha256(content.encode()).hexdigest()
    if not lines[-1].startswith(SIGNATURE):
        return _unreadable(digest, content, say("Its end is missing: the line with the signature"))
    if any(sign != "\n" and not " " <= sign <= "~" for sign in content):
        return _unreadable(digest, content, say("It holds signs that no text of the collector has"))
    if len(lines) > MOST_LINES or len(content.encode()) > MOST_TEXT_BYTES:
        return _unreadable(digest, content, say("It is longer than any text of the collector"))
    values = _values(lines)
    key = values.get("key", "")
    if not _is_number(key):
        return _unreadable(digest, content, say("It does not say which key signed it"))
    memory = values.get("memory", "")
    return CollectedText(
        digest=digest,
        content=content,
        signed="".join(f"{line}\n" for line in lines[:-1]).encode(),
        signature=lines[-1].removeprefix(SIGNATURE).strip().lower()[:64],
        key_id=int(key),
        machine_at=_moment(values.get("clock", "")),
        system=values.get("system", ""),
        tag=values.get("tag", ""),
        maker=values.get("maker", ""),
        model=values.get("model", ""),
        serial=values.get("serial", ""),
        uuid=_uuid(values.get("uuid", "")),
        processor=values.get("processor", ""),
        memory_mib=int(memory) if _is_number(memory) else 0,
        disks=tuple(_disk(line) for line in lines if line.startswith("disk|"))[:MOST_DISKS],
    )


def _unreadable(digest: str, content: str, problem: Message) -> UnreadableText:
    return UnreadableText(digest, content[:MOST_TEXT_BYTES], problem)


def _values(lines: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for line in lines[1:-1]:
        if "|" not in line:
            name, _, value = line.partition(" ")
            values.setdefault(name, value.strip()[:120])
    return values


def _disk(line: str) -> CollectedDisk:
    _, serial, model, size, source, value = (*line.split("|"), "", "", "", "", "")[:6]
    known = HoursSource(source) if source in set(HoursSource) else HoursSource.none
    hours = read_hours(known, value)
    return CollectedDisk(
        disk_serial(serial),
        model.strip()[:120],
        int(size) if _is_number(size) and int(size) else None,
        known if hours is not None else HoursSource.none,
        hours,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _uuid(text: str) -> str:
    uuid = text.casefold()[:40]
    is_junk = uuid in JUNK_UUIDS or len(set(uuid) - {"-"}) < 4
    return "" if is_junk else uuid
