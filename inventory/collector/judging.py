"""What each text is worth: who signed it, of which asset it is, and what its hours say beside the last.

Nothing is written here. All that is asked of the database is asked once for all texts.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from core import clock
from core.access import Actor
from core.encryption import Cipher
from core.errors import Message, say
from inventory import tags
from inventory.collector import known
from inventory.collector.keys import OpenedKey, find_opened
from inventory.collector.known import KnownAsset, LastReading, Stored
from inventory.collector.remarks import of_hours, of_the_clock, other_serial
from inventory.collector.texts import CollectedText, Part, UnreadableText

# A clock whose zone is wrong is off by less; more than that is no clock to go by.
CLOCK_MAY_BE_OFF = timedelta(days=1)


class TextState(StrEnum):
    """What becomes of a text: it can be stored, was stored now or before, waits for its asset, or is
    refused."""

    ready = "ready"
    stored = "stored"
    known = "known"
    unassigned = "unassigned"
    refused = "refused"


class LikelyAsset(msgspec.Struct, frozen=True):
    """An asset that a text may be of."""

    tag: str
    title: str


class TextVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said of one text. ``hours`` is of its longest-used disk; ``remarks`` say what is
    unusual, or why it is refused or waits."""

    digest: str
    state: TextState
    tag: str | None = None
    title: str = ""
    machine: str = ""
    serial: str = ""
    read_at: datetime | None = None
    hours: int | None = None
    remarks: list[Message] = []
    candidates: list[LikelyAsset] = []


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with what is stored if it is ready."""

    verdict: TextVerdict
    text: CollectedText | None = None
    asset: KnownAsset | None = None
    read_at: datetime | None = None
    is_clock_right: bool = True


async def judge(
    actor: Actor, cipher: Cipher, parts: list[Part], chosen: Mapping[str, str]
) -> list[Judged]:
    """Each text in its order; ``chosen`` are tags by digest, which go before all else."""
    texts = [part for part in parts if isinstance(part, CollectedText)]
    opened = await find_opened(actor, cipher, sorted({text.key_id for text in texts}))
    signed = [text for text in texts if _why_refused(text, opened.get(text.key_id)) is None]
    stored = await known.find_stored(actor, [text.digest for text in signed])
    wanted = {text.digest: tags.clean(chosen.get(text.digest) or text.tag) for text in signed}
    schools = sorted({opened[text.key_id].school_id for text in signed})
    assets = await known.find_assets(signed, sorted({*wanted.values()} - {""}), schools)
    desk = _Desk(opened, stored, wanted, chosen, assets)
    met = {one.digest: desk.meet(one) for one in signed}
    found = [one for one, _ in met.values() if one is not None]
    lasts = await known.find_last_readings([asset.id for asset in found])
    elsewhere = await known.find_disks(
        sorted({disk.serial for text in signed for disk in text.disks if disk.serial}), schools
    )
    offered = await known.find_candidates(
        schools if any(one is None for one, _ in met.values()) else []
    )
    # The older of two texts of one machine is the one before the newer.
    judged: dict[str, Judged] = {}
    for text in sorted(signed, key=lambda one: read_moment(one, opened[one.key_id])[0]):
        asset, remarks = met[text.digest]
        judged[text.digest] = desk.judge(text, asset, remarks, lasts, elsewhere, offered)
    return [judged.get(part.digest) or _refused(part, opened) for part in parts]


class _Desk:
    """What is known while the texts of one request are judged."""

    def __init__(
        self,
        opened: Mapping[int, OpenedKey],
        stored: Mapping[str, Stored],
        wanted: Mapping[str, str],
        chosen: Mapping[str, str],
        assets: known.Assets,
    ) -> None:
        self._opened, self._stored, self._assets = opened, stored, assets
        self._wanted, self._chosen = wanted, chosen

    def meet(self, text: CollectedText) -> tuple[KnownAsset | None, list[Message]]:
        """The asset that a text is of, and what is unusual about that."""
        school_id = self._opened[text.key_id].school_id
        tag = self._wanted[text.digest]
        by_tag = self._assets.of_tag(tag, school_id)
        by_serial = self._assets.of_serial(text.trusted_serial, school_id)
        if tag and by_tag is None:
            return None, [say("There is no asset {tag} at this school", tag=tag[:32])]
        if by_tag is not None:
            is_other = by_serial is not None and by_serial.id != by_tag.id
            if is_other and by_serial is not None and text.digest not in self._chosen:
                return None, [
                    say(
                        "The sticker says {tag}, the serial number is that of {other}: choose one",
                        tag=by_tag.tag,
                        other=by_serial.tag,
                    )
                ]
            return by_tag, other_serial(by_tag, text)
        found = by_serial or self._assets.of_uuid(text.uuid, school_id)
        if found is None:
            return None, [say("No asset has this serial number: say which one it is")]
        return found, []

    def judge(
        self,
        text: CollectedText,
        asset: KnownAsset | None,
        remarks: list[Message],
        lasts: dict[int, LastReading],
        elsewhere: Mapping[str, str],
        offered: list[KnownAsset],
    ) -> Judged:
        """The verdict on a text that is signed; it is the last reading of its asset from now on."""
        key = self._opened[text.key_id]
        read_at, is_clock_right = read_moment(text, key)
        base = TextVerdict(
            digest=text.digest,
            state=TextState.unassigned,
            machine=text.title,
            serial=text.serial,
            read_at=read_at,
            hours=max((disk.hours for disk in text.disks if disk.hours is not None), default=None),
        )
        if text.digest in self._stored:
            tag = self._stored[text.digest].tag
            seen = msgspec.structs.replace(base, state=TextState.known, tag=tag)
            return Judged(verdict=seen, text=text)
        if asset is None:
            near = [one for one in offered if one.school_id == key.school_id]
            unassigned = msgspec.structs.replace(
                base, remarks=remarks, candidates=_nearest(near, text)
            )
            return Judged(verdict=unassigned, text=text)
        remarks = [
            *remarks,
            *of_the_clock(text, is_clock_right),
            *of_hours(text, read_at, lasts.get(asset.id), asset, elsewhere),
        ]
        last = lasts.get(asset.id)
        if text.has_hours and (last is None or last.read_at <= read_at):
            lasts[asset.id] = LastReading.of(asset.id, read_at, text.disks)
        return Judged(
            verdict=msgspec.structs.replace(
                base, state=TextState.ready, tag=asset.tag, title=asset.title, remarks=remarks
            ),
            text=text,
            asset=asset,
            read_at=read_at,
            is_clock_right=is_clock_right,
        )


def read_moment(text: CollectedText, key: OpenedKey) -> tuple[datetime, bool]:
    """When a text was read as far as is known, and whether the machine's clock can be right.

    It was read after its file was made and before it came here; a clock that says otherwise is wrong,
    and the moment of the upload is all that is known.
    """
    now = clock.now()
    at = text.machine_at
    if at is None or not key.made_at - CLOCK_MAY_BE_OFF <= at <= now + CLOCK_MAY_BE_OFF:
        return now, False
    return min(at, now), True


def _why_refused(text: CollectedText, key: OpenedKey | None) -> Message | None:
    if key is None:
        return say("Its key is not one of your school's")
    if not text.is_signed_with(key.secret):
        return say(
            "Its signature is wrong: it was changed after it was written, or not copied whole"
        )
    if key.revoked_at is not None:
        return say("Its collecting file was ended: read the machine again with a new one")
    if key.expires_at <= clock.now():
        return say("Its collecting file is too old: read the machine again with a new one")
    return None


def _refused(part: Part, opened: Mapping[int, OpenedKey]) -> Judged:
    if isinstance(part, UnreadableText):
        verdict = TextVerdict(digest=part.digest, state=TextState.refused, remarks=[part.problem])
        return Judged(verdict=verdict)
    why = _why_refused(part, opened.get(part.key_id))
    return Judged(
        verdict=TextVerdict(
            digest=part.digest,
            state=TextState.refused,
            machine=part.title,
            serial=part.serial,
            remarks=[why] if why else [],
        )
    )


def _nearest(assets: Iterable[KnownAsset], text: CollectedText) -> list[LikelyAsset]:
    """Of the assets offered those whose model is like the machine's come first."""
    words = {word.casefold() for word in text.title.split()}

    def likeness(asset: KnownAsset) -> tuple[int, str]:
        return -len(words & {word.casefold() for word in asset.title.split()}), asset.tag

    nearest = sorted(assets, key=likeness)[: known.MOST_CANDIDATES]
    return [LikelyAsset(one.tag, one.title) for one in nearest]
