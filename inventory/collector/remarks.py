"""What is to be said of a text that is unusual: its serial number, its clock, its hours."""

from collections.abc import Mapping
from datetime import datetime

from core.errors import Message, say
from inventory.collector.known import HOURS_TO_SPARE, KnownAsset, LastReading
from inventory.collector.texts import CollectedDisk, CollectedText


def other_serial(asset: KnownAsset, text: CollectedText) -> list[Message]:
    serial = text.trusted_serial
    if serial is None or asset.trusted_serial is None:
        return []
    if serial.casefold() == asset.trusted_serial.casefold():
        return []
    return [
        say(
            "The books have another serial number: {books}, the machine says {machine}",
            books=asset.trusted_serial,
            machine=serial,
        )
    ]


def of_the_clock(text: CollectedText, is_clock_right: bool) -> list[Message]:
    if is_clock_right:
        return []
    if text.machine_at is None:
        return [say("It says no time: the moment of the upload counts")]
    return [
        say(
            "The machine's clock is wrong, it says {day}: the moment of the upload counts",
            day=text.machine_at.date().isoformat(),
        )
    ]


def of_hours(
    text: CollectedText,
    read_at: datetime,
    last: LastReading | None,
    asset: KnownAsset,
    elsewhere: Mapping[str, str],
) -> list[Message]:
    """What the hours say beside the last reading of the asset."""
    if not text.has_hours:
        return [say("No disk could be asked for its hours: run the file as administrator (root)")]
    if last is None:
        return []
    if read_at < last.read_at:
        return [say("A newer reading is here already; this one counts for the time before it")]
    between = (read_at - last.read_at).total_seconds() / 3600
    remarks: list[Message] = []
    for disk in (one for one in text.disks if one.serial and one.hours is not None):
        remarks += _of_disk(disk, last.hours.get(disk.serial), between, asset, elsewhere)
    return remarks


def _of_disk(
    disk: CollectedDisk,
    before: int | None,
    between: float,
    asset: KnownAsset,
    elsewhere: Mapping[str, str],
) -> list[Message]:
    hours = disk.hours or 0
    if before is None:
        was_in = elsewhere.get(disk.serial)
        if was_in is not None and was_in != asset.tag:
            return [
                say(
                    "Disk {disk} was in {other} before: counted anew",
                    disk=disk.serial,
                    other=was_in,
                )
            ]
        return [say("Another disk than last time, {disk}: counted anew", disk=disk.serial)]
    if hours < before:
        return [
            say(
                "The hours of disk {disk} went back from {before} to {hours}: it was reset, counted anew",
                disk=disk.serial,
                before=before,
                hours=hours,
            )
        ]
    if hours - before > between + HOURS_TO_SPARE:
        return [
            say(
                "Disk {disk} says more hours than have passed: these are not counted",
                disk=disk.serial,
            )
        ]
    return []
