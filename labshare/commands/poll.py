"""`labshare poll`: one visit to one device, as the worker would make it; no database needed."""

import asyncio
import unicodedata
from typing import Any

import click
import msgspec

from labshare.commands.asking import Asked, address_of, asks_a_device
from labshare.commands.failures import fail, told_plainly
from monitoring.decoding.metrics import METRICS, UNITS
from monitoring.decoding.readings import Reading
from monitoring.decoding.value_words import TEXT_SEPARATOR, messages_of
from monitoring.polling.full_visit import visit
from monitoring.polling.visit import Visit
from monitoring.profiles import all_profiles
from monitoring.snmp import Address, Credential, Session, SnmpError

HEADINGS = ("Metric", "Instance", "Value", "Unit", "State")
GAP = "  "


@click.command(name="poll")
@asks_a_device
@click.option("--profile", type=click.Choice([p.name for p in all_profiles()]))
@click.option("--json", "as_json", is_flag=True, help="One JSON object in place of the table.")
@told_plainly
def command(address: str, profile: str | None, timeout: float, as_json: bool, **how: Any) -> None:
    """Visit ADDRESS[:PORT] once and print what it says."""
    credential = msgspec.convert(how, Asked).credential()
    try:
        found = asyncio.run(_visit(address_of(address), credential, profile, timeout))
    except SnmpError as error:
        fail(f"{address}: {error}")
    if as_json:
        shown = {
            "profile": found.profile,
            "identity": found.identity,
            "readings": found.readings,
            "refused": found.refused,
        }
        click.echo(msgspec.json.format(msgspec.json.encode(shown)))
    else:
        click.echo("\n".join([*_head(found), "", *_table(found.readings)]))
        if found.refused:
            click.echo("\nLeft out, because no device can mean it:")
            click.echo("\n".join(_table(found.refused)))


async def _visit(
    address: Address, credential: Credential, profile: str | None, timeout_seconds: float
) -> Visit:
    async with Session(timeout_seconds=timeout_seconds) as wire:
        return await visit(wire, address, credential, profile=profile)


def _head(found: Visit) -> list[str]:
    width = max(map(len, ["profile", *found.identity]))
    facts = {"profile": found.profile, **found.identity}
    return [f"{name.ljust(width)}{GAP}{value}" for name, value in facts.items()]


def _table(readings: list[Reading]) -> list[str]:
    rows = [HEADINGS, *map(_row, readings)]
    widths = [max(_columns(row[place]) for row in rows) for place in range(len(HEADINGS))]
    return [
        GAP.join(
            cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _row(reading: Reading) -> tuple[str, ...]:
    value = "–" if reading.value is None else str(reading.value)
    if isinstance(reading.value, str):
        parts = messages_of(reading.value)
        value = TEXT_SEPARATOR.join(", ".join(map(str, part)) for part in parts)
    unit = str(UNITS.get(reading.unit or "", "")) if reading.unit != "count" else ""
    name = str(METRICS[reading.metric].label)
    return name, reading.instance, value, unit, reading.state.value


def _columns(text: str) -> int:
    """How wide a terminal shows it: Chinese takes two columns a character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
