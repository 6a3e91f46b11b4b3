"""A work order as people read it, and who may read it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, get_args

import msgspec

from core import clock, database
from core.access import Actor
from core.errors import Conflict, Message, NotFound, say
from core.permissions import READ_EVERY_WORK_ORDER
from core.query import Key, Orders, Where, by_place_in

State = Literal["open", "assigned", "waiting_parts", "completed", "cancelled"]
Severity = Literal["low", "normal", "high", "critical"]
Source = Literal["person", "alert", "kit_count", "stocktake", "schedule"]
SignOff = Literal["not_needed", "proposed", "signed_off", "sent_back"]

CURRENCY = "CNY"
# Who reads every order of a school; others read those they reported, commented or were given.


class WorkOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One repair. Downtime is the time during which it kept its asset out of use, up to now;
    none runs while it ``keeps_in_service`` the asset. Totals are of its entries and its parts.
    With a ``plan`` it is planned work, due on a day, with the plan's ``checklist`` of that day.

    ``summary`` is a person's own words when ``summary_params`` is None, else a template that
    :attr:`wording` turns into a sentence for the reader's language.
    """

    id: int
    school_id: int
    asset_id: int
    asset_tag: str
    asset_model: str
    asset_state: str
    place: str
    source: Source
    fault: str
    summary: str
    summary_params: dict[str, object] | None
    severity: Severity
    state: State
    opened_by_id: int | None
    opened_by: str
    opened_at: datetime
    assignee_id: int | None
    assignee: str
    closed_by: str
    closed_at: datetime | None
    resolution: str
    minutes: int
    cost: Decimal
    currency: str = CURRENCY
    downtime_seconds: int
    keeps_in_service: bool
    version: int
    plan_id: int | None = None
    plan: str = ""
    due_on: date | None = None
    checklist: str = ""

    @property
    def wording(self) -> Message | str:
        """The summary: a sentence to be translated, or somebody's own words."""
        return worded(self.summary, self.summary_params)

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class EntryPart(msgspec.Struct, frozen=True):
    """So many of a part that were taken from stock with an entry; ``cost`` is None where the price
    is not known."""

    title: str
    quantity: int
    cost: Decimal | None


class WorkOrderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody found and did; ``by_id`` is None for a worker, ``photo_ids`` are its pictures.

    What a student helper did is ``proposed`` until it is ``signed_off``, or ``sent_back`` with a
    note; its minutes and cost count once it is signed off.
    """

    id: int
    work_order_id: int
    at: datetime
    by_id: int | None
    by: str
    found: str
    found_params: dict[str, object] | None
    done: str
    minutes: int
    cost: Decimal
    currency: str
    photo_ids: list[int]
    sign_off: SignOff
    decided_by: str
    decided_at: datetime | None
    decision_note: str
    parts: list[EntryPart] = []

    @property
    def parts_cost(self) -> Decimal:
        """What its parts cost, as far as prices are known."""
        return sum((part.cost for part in self.parts if part.cost is not None), Decimal(0))

    @property
    def wording(self) -> Message | str:
        """What was found: a worker's sentence to be translated, or somebody's own words."""
        return worded(self.found, self.found_params)


# :now is the moment to which the downtime of open orders is counted.
_COLUMNS = """
SELECT w.id, w.school AS school_id, w.asset AS asset_id, a.tag AS asset_tag,
       model_title(m.brand, m.name) AS asset_model, a.lifecycle AS asset_state,
       coalesce(pp.path, '') AS place,
       w.source, w.fault, w.summary, w.summary_params, w.severity, w.state,
       w.opened_by AS opened_by_id, coalesce(opener.name, '') AS opened_by, w.opened_at,
       w.assignee AS assignee_id, coalesce(assignee.name, '') AS assignee,
       coalesce(closer.name, '') AS closed_by, w.closed_at, w.resolution,
       totals.minutes, totals.cost, w.version, w.plan AS plan_id, coalesce(plan.title, '') AS plan,
       w.due_on, w.checklist,
       w.keeps_in_service, (
           SELECT coalesce(sum(greatest(0, extract(epoch FROM
                      coalesce(o.ended_at, :now) - o.started_at))), 0)::bigint
             FROM work_order_outage o WHERE o.work_order = w.id) AS downtime_seconds
"""
_JOINS = """
  JOIN asset a ON a.id = w.asset
  JOIN asset_model m ON m.id = a.model
  LEFT JOIN place_path pp ON pp.place = a.place AND a.school = w.school
  LEFT JOIN maintenance_plan plan ON plan.id = w.plan
  LEFT JOIN person opener ON opener.id = w.opened_by
  LEFT JOIN person assignee ON assignee.id = w.assignee
  LEFT JOIN person closer ON closer.id = w.closed_by
  CROSS JOIN LATERAL (
      SELECT coalesce(sum(e.minutes), 0)::bigint AS minutes, coalesce(sum(e.cost), 0) AS cost
        FROM work_order_effort e WHERE e.work_order = w.id) totals
"""
GRAVITY = by_place_in(get_args(Severity), "w.severity", "severity")
GRAVEST_FIRST = f"{GRAVITY.expression} DESC, w.opened_at, w.id"
ORDERS = Orders(
    "-opened_at",
    Key("w.id", int, "id"),
    opened_at=Key("w.opened_at", datetime, "opened_at"),
    closed_at=Key("w.closed_at", datetime, "closed_at", is_optional=True),
    severity=GRAVITY,
    state=by_place_in(get_args(State), "w.state", "state"),
    tag=Key("a.tag", str, "asset_tag"),
)
NEWEST_FIRST = ORDERS.chosen(None)


async def find_orders(where: Where, order_by: str, most: int) -> list[WorkOrder]:
    """The first ``most`` orders under conditions on w (order), a (asset) and m (model).

    The rows are found first, names and totals are joined afterwards: only for those of the page.
    """
    found = (
        "SELECT w.* FROM work_order w JOIN asset a ON a.id = w.asset"
        f" JOIN asset_model m ON m.id = a.model WHERE {where} ORDER BY {order_by} LIMIT :most"
    )
    return await database.fetch(
        WorkOrder,
        f"{_COLUMNS} FROM ({found}) w {_JOINS} ORDER BY {order_by}",
        **where.values,
        now=clock.now(),
        most=most,
    )


def worded(text: str, params: dict[str, object] | None) -> Message | str:
    """A worker's template with its values as a Message; a person's words as they are."""
    if params is None:
        return text
    return Message(text, {name: _message_or_value(value) for name, value in params.items()})


def stored(words: Message | str) -> tuple[str, str | None]:
    """``words`` as the two columns keep them: the text, and the values as JSON."""
    if isinstance(words, Message):
        return words.template, msgspec.json.encode(words.params).decode()
    return words, None


def readable_by(actor: Actor) -> Where:
    """Conditions on ``work_order w``; :me is the actor."""
    return Where(
        "w.school = any(:schools) AND (w.school = any(:read_whole)"
        " OR :me::bigint IN (w.opened_by, w.assignee) OR EXISTS ("
        "SELECT FROM work_order_entry mine WHERE mine.work_order = w.id AND mine.by = :me))",
        schools=actor.school_ids,
        read_whole=actor.school_ids_with(READ_EVERY_WORK_ORDER),
        me=actor.person_id,
    )


def _message_or_value(value: object) -> object:
    """A value that was itself a Message is one again: "{metric} is low" names a metric."""
    if isinstance(value, dict) and value.keys() == {"template", "params"}:
        return worded(value["template"], value["params"])
    return value


async def get_work_order(actor: Actor, work_order_id: int) -> WorkOrder:
    """The order, or NotFound when it is not there for this reader."""
    where = readable_by(actor)
    where.add("w.id = :id", id=work_order_id)
    orders = await find_orders(where, NEWEST_FIRST.sql, 1)
    if not orders:
        raise NotFound(say("There is no such work order, or it is not yours to see"))
    return orders[0]


async def changed_meanwhile(work_order_id: int) -> Conflict:
    """The refusal of one who came second: who came first, so that he knows whom to ask."""
    name = await database.fetch_value(
        "SELECT actor_name FROM audit_event WHERE entity = 'work_order' AND entity_id = $1"
        " ORDER BY id DESC LIMIT 1",
        str(work_order_id),
    )
    return Conflict(
        say(
            "{name} has changed this work order meanwhile; look again, then go on", name=name or "–"
        ),
        code="work_order_changed",
    )
