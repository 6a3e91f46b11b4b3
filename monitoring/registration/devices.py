"""Registering, changing, pausing and removing devices, by those who keep a school's equipment."""

from typing import Annotated

import msgspec
from msgspec import Meta

from core import clock
from core.access import Actor
from core.database import execute, fetch_one, transaction
from core.errors import Conflict, FieldError, Invalid, Message, Problem, say
from core.numbers import Id
from core.permissions import EDIT_MONITORING
from core.rows import insert_row
from monitoring.alerting import alerts
from monitoring.devices.addresses import checked_address, checked_mac
from monitoring.devices.networks.grants import refusal
from monitoring.devices.views import Device, get_device
from monitoring.profiles import profile_named
from monitoring.snmp.values import SNMP_PORT
from monitoring.tables import devices as device_tables


class NewDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device as people register it: the tag of its asset, its address, how it lets itself be read.

    Without a credential it has no agent, and is only pinged. ``profile``, ``interval_seconds`` and
    ``may_sleep`` are left out to follow what is recognised. ``mac`` is what wakes it; where it is
    left out, what the network told of it stays. ``any_source`` lets it answer from another address
    than was asked, as some machines with several do.
    """

    asset_tag: Annotated[str, Meta(examples=["S1-00042"])]
    address: Annotated[str, Meta(examples=["192.168.3.21"])]
    credential_id: Annotated[Id, Meta(examples=[1])] | None = None
    port: Annotated[int, Meta(ge=1, le=65535)] = SNMP_PORT
    profile: Annotated[str, Meta(examples=["printer"])] | None = None
    interval_seconds: Annotated[int, Meta(ge=10, le=3600, examples=[60])] | None = None
    may_sleep: bool | None = None
    mac: Annotated[str, Meta(examples=["02:00:5e:10:00:01"])] | None = None
    any_source: bool = False

    @property
    def method(self) -> str:
        return "ping" if self.credential_id is None else "snmp"


class _Target(msgspec.Struct, frozen=True):
    asset_id: int
    school_id: int


REFUSALS: dict[str, Message | Problem] = {
    "device_one_an_asset": Invalid.of(
        "asset_tag", say("This asset is monitored already"), code="taken"
    ),
    "device_watched_where_the_asset_is": Conflict(
        say("The asset has just gone over to another school"), field="asset_tag"
    ),
    "device_once_an_address": Invalid.of(
        "address", say("A device of the school has this address already"), code="taken"
    ),
    "device_address_is_in_a_network": Invalid.of(
        "address",
        say(
            "This address is in none of the school's networks; an administrator can add one"
            " under Monitoring, Set up, Networks"
        ),
        code="outside_of_networks",
    ),
    "device_is_granted": refusal("address"),
    "asset_has_left_the_books": Conflict(
        say("The asset has left the books; it is monitored no more"), field="asset_tag"
    ),
    "device_credential_is_of_the_school": Invalid.of(
        "credential_id", say("Choose a credential of the asset's school"), code="credential"
    ),
    "device_credential_fkey": Invalid.of(
        "credential_id", say("Choose a credential of the asset's school"), code="credential"
    ),
}


async def create_device(actor: Actor, new: NewDevice) -> Device:
    """Monitor an asset; the worker visits it at once."""
    target, address = await _checked(actor, new)
    async with transaction(actor, REFUSALS):
        now = clock.now()
        device_id = await insert_row(
            device_tables.Device,
            school_id=target.school_id,
            asset_id=target.asset_id,
            address=address,
            **_columns(new),
            created_at=now,
            next_poll_at=now,
        )
    return await get_device(actor, device_id)


async def update_device(
    actor: Actor, device_id: int, new: NewDevice, *, version: int | None = None
) -> Device:
    """Change a device; ``version`` refuses the change when somebody else was faster."""
    before = await _editable(actor, device_id)
    target, address = await _checked(actor, new)
    if target.school_id != before.school_id:
        raise Invalid.of("asset_tag", say("A device stays with its school"), code="school")
    async with transaction(actor, REFUSALS):
        changed = await execute(
            "UPDATE device SET asset = :asset, address = :address, port = :port,"
            " credential = :credential, profile = :profile,"
            " interval_seconds = :interval_seconds, may_sleep = :may_sleep,"
            " mac = coalesce(:mac, mac), any_source = :any_source, method = :method,"
            " next_poll_at = :now, failures = 0, recognised = NULL, version = version + 1"
            " WHERE id = :device_id AND version = coalesce(:version, version)",
            device_id=device_id,
            asset=target.asset_id,
            address=address,
            **_columns(new),
            now=clock.now(),
            version=version,
        )
        if not changed:
            raise Conflict(
                say("Somebody changed this device just now; look at it again"), code="version"
            )
    return await get_device(actor, device_id)


async def poll_now(actor: Actor, device_id: int) -> Device:
    """Let the worker visit the device at once; its schedule stays as it is."""
    await _editable(actor, device_id)
    async with transaction(actor):
        await execute(
            "UPDATE device SET next_poll_at = least(next_poll_at, $2) WHERE id = $1",
            device_id,
            clock.now(),
        )
    return await get_device(actor, device_id)


async def pause_device(actor: Actor, device_id: int) -> Device:
    """Stop visiting a device for the time being; its open alerts end with it."""
    await _editable(actor, device_id)
    async with transaction(actor):
        await execute(
            "UPDATE device SET paused_at = coalesce(paused_at, $2), state = 'unknown',"
            " failures = 0, trouble = NULL, leased_by = NULL, lease_until = NULL,"
            " version = version + 1 WHERE id = $1",
            device_id,
            clock.now(),
        )
        await alerts.end_all(actor, device_id, say("Monitoring of the device was paused"))
    return await get_device(actor, device_id)


async def resume_device(actor: Actor, device_id: int) -> Device:
    """Visit the device again, at once."""
    await _editable(actor, device_id)
    async with transaction(actor):
        await execute(
            "UPDATE device SET paused_at = NULL, next_poll_at = $2, version = version + 1"
            " WHERE id = $1",
            device_id,
            clock.now(),
        )
    return await get_device(actor, device_id)


async def remove_device(actor: Actor, device_id: int) -> None:
    """Monitor the asset no longer; hours of use and past alerts stay."""
    await _editable(actor, device_id)
    async with transaction(actor):
        # The device before its alerts, as every visit locks them, or the two deadlock.
        await execute(
            "UPDATE device SET removed_at = $2, version = version + 1 WHERE id = $1",
            device_id,
            clock.now(),
        )
        await alerts.end_all(actor, device_id, say("Monitoring of the device has ended"))


async def _editable(actor: Actor, device_id: int) -> Device:
    """The device, for somebody who keeps its school's equipment."""
    device = await get_device(actor, device_id)
    actor.require(device.school_id, EDIT_MONITORING)
    return device


async def _checked(actor: Actor, new: NewDevice) -> tuple[_Target, str]:
    """The asset and the address, or every field that is wrong at once."""
    errors: list[FieldError] = []
    address = ""
    try:
        address = checked_address(new.address)
    except Invalid as invalid:
        errors += invalid.errors
    try:
        checked_mac(new.mac or "")
    except Invalid as invalid:
        errors += invalid.errors
    if new.profile and profile_named(new.profile) is None:
        errors.append(FieldError("profile", say("There is no such profile"), "profile"))
    target = await fetch_one(
        _Target,
        "SELECT id AS asset_id, school AS school_id FROM asset"
        " WHERE tag = upper(btrim($1)) AND school = any($2::bigint[])",
        new.asset_tag,
        actor.school_ids_with(EDIT_MONITORING),
    )
    if target is None:
        errors.append(
            FieldError("asset_tag", say("No asset that you keep has this tag"), "tag_unknown")
        )
    if errors or target is None:
        raise Invalid(errors)
    return target, address


def _columns(new: NewDevice) -> dict[str, object]:
    return {
        "port": new.port,
        "credential": new.credential_id,
        "profile": new.profile or None,
        "interval_seconds": new.interval_seconds,
        "may_sleep": new.may_sleep,
        "mac": checked_mac(new.mac or ""),
        "any_source": new.any_source,
        "method": new.method,
    }
