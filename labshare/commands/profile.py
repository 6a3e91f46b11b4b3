"""`labshare profile`: record a device for a profile of its own; write the pages of the profiles."""

import asyncio
from pathlib import Path
from typing import Any

import click
import msgspec

from labshare.commands.asking import Asked, address_of, asks_a_device
from labshare.commands.failures import fail, told_plainly
from labshare.profile_pages import write_pages
from labshare.recording import privacy, snmprec, walking
from labshare.recording.replay import Replay
from monitoring.polling.full_visit import visit
from monitoring.snmp import Address, Community, Credential, Oid, Session, SnmpError, VarBind, oid

PAGES = Path("docs/profiles")
NOBODY = (Address("192.0.2.1"), Community("recorded"))


@click.group(name="profile")
def command() -> None:
    """What we know about kinds of devices."""


@command.command()
@asks_a_device
@click.option("--name", help="Of the two files; by default that of the profile that fits.")
@click.option("--into", type=click.Path(path_type=Path), default=".", show_default=True)
@click.option("--root", "roots", multiple=True, help="One more subtree to walk (an OID).")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@told_plainly
def record(
    address: str,
    name: str | None,
    into: Path,
    roots: tuple[str, ...],
    timeout: float,
    force: bool,
    **how: Any,
) -> None:
    """Save a walk of ADDRESS[:PORT] and the readings expected of it, without what tells whose it is.

    Writes NAME.snmprec and NAME.json. Names, places, people, serial numbers, hardware and IP
    addresses and the community get pseudonyms. Read both files before you give them away.
    """
    asked = msgspec.convert(how, Asked)
    more = [_root(text) for text in roots]
    try:
        walked = asyncio.run(_walk(address_of(address), asked.credential(), more, timeout))
    except SnmpError as error:
        fail(f"{address}: {error}")
    varbinds, left_out = walked
    words = [word for word in (asked.community, asked.user) if word and word != "public"]
    text = snmprec.write_walk(privacy.made_anonymous(varbinds, also=words))
    expected = asyncio.run(_expected(text))
    stem = name or expected["profile"]
    _write(into, {f"{stem}.snmprec": text, f"{stem}.json": _as_json(expected)}, force=force)
    click.echo(f"{len(varbinds)} variables, {len(expected['readings'])} readings: {stem}")
    if left_out:
        click.echo(
            f"Left out, since the device garbles them or never ends: {walking.in_words(left_out)}"
        )


@command.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True), default=PAGES)
@told_plainly
def pages(folder: Path) -> None:
    """Write the pages of docs/profiles anew from the profiles' files."""
    click.echo(f"{len(write_pages(folder))} pages in {folder}")


def _root(text: str) -> Oid:
    try:
        return oid(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--root") from error


async def _walk(
    address: Address, credential: Credential, roots: list[Oid], timeout_seconds: float
) -> tuple[list[VarBind], list[Oid]]:
    async with Session(timeout_seconds=timeout_seconds) as wire:
        return await walking.walk_device(wire, address, credential, roots)


async def _expected(text: str) -> dict[str, Any]:
    """What a visit to the recorded device gives, as the tests compare it."""
    found = await visit(Replay(snmprec.read_walk(text)), *NOBODY)
    shown = {"profile": found.profile, "identity": found.identity, "readings": found.readings}
    plain: dict[str, Any] = msgspec.to_builtins(shown)
    return plain


def _as_json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value)).decode() + "\n"


def _write(folder: Path, files: dict[str, str], *, force: bool) -> None:
    there = [name for name in files if (folder / name).exists()]
    if there and not force:
        fail(f"{' and '.join(there)} in {folder}: there already (--force writes over them)")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
