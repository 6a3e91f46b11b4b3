"""A visit by a plan: one question for everything that changes, and a look whether all is as it was."""

from collections.abc import Callable

from monitoring.decoding import decode
from monitoring.polling import plans
from monitoring.polling.plans import Plan, Question, RowsPlan
from monitoring.polling.uptimes import Uptime
from monitoring.polling.visit import SYS_OBJECT_ID, Told, Visit, put_together, rows_now, uptime_of
from monitoring.profiles import Profile, Read
from monitoring.snmp import Address, Credential, Oid, Value, Wire, dotted, oid


class Changed(Exception):
    """The device is not as the plan has it: another one, started again, or with other rows."""


async def revisit(
    wire: Wire,
    address: Address,
    credential: Credential,
    profile: Profile,
    plan: Plan,
    *,
    has_rebooted: Callable[[Uptime], bool],
    may_miss_rows: bool = False,
) -> Visit:
    """Ask for what the plan names; Changed when a full visit must find out what there is now.

    ``may_miss_rows``: rows that are gone are left out instead, for they went lately as well.
    """
    question = plans.question(profile, plan)
    sources = [plan.uptime] if plan.uptime else []
    first = [SYS_OBJECT_ID, *map(oid, sources)]
    asked = list(dict.fromkeys([*first, *question.oids]))
    varbinds = await wire.get(address, credential, asked)
    values: dict[Oid, Value] = {varbind.oid: varbind.value for varbind in varbinds}
    uptime = uptime_of(sources, values)
    if (
        _object_id(values) != plan.object_id
        or (sources and uptime is None)
        or (uptime is not None and has_rebooted(uptime))
        or (plans.has_gone(question, values) and not may_miss_rows)
    ):
        raise Changed
    told = [
        await _told(wire, address, credential, read, rows, question, place, values)
        for place, (read, rows) in enumerate(zip(profile.read, plan.reads, strict=True))
    ]
    return put_together(profile, told, uptime, identity={})


async def _told(
    wire: Wire,
    address: Address,
    credential: Credential,
    read: Read,
    plan: RowsPlan,
    question: Question,
    place: int,
    values: dict[Oid, Value],
) -> Told:
    if plan.carried is not None:
        return Told(plan.carried, is_carried=True)
    if plan.is_walked:
        return Told(decode(await rows_now(wire, address, credential, read, {}), read))
    return Told(decode(plans.answered(plan, question.cells[place], values), read))


def _object_id(values: dict[Oid, Value]) -> str:
    value = values[SYS_OBJECT_ID]
    return dotted(value) if isinstance(value, tuple) else ""
