"""`labshare check`: the database against itself and against the object store, as questions."""

from collections.abc import Awaitable, Callable

import msgspec

from api.wording.entities import ENTITIES
from core import database, migrations
from inventory.photos import sweeping
from storage import checking

# Every change of these is history; a table without its trigger would forget in silence.
AUDITED_TABLES = frozenset(name for name, entity in ENTITIES.items() if entity.is_audited)


class Finding(msgspec.Struct, frozen=True):
    """The answer to one question: what was looked at, and a line for each thing wrong."""

    looked_at: str
    wrong: list[str]


async def find_all() -> list[Finding]:
    """Asks every question, in the order in which the answers make sense."""
    pending = await schema()
    if pending.wrong:
        return [pending]
    return [pending, *[await question() for question in QUESTIONS]]


async def schema() -> Finding:
    """Whether the database has the shape of this program."""
    return Finding(
        "migrations", [f"not applied yet: {name}" for name in await migrations.pending()]
    )


async def constraints() -> Finding:
    """Constraints that were never checked against old rows, and indexes that are not whole."""
    loose = await database.fetch_column(
        str,
        "SELECT conrelid::regclass || ': constraint ' || conname || ' is not validated' AS name"
        " FROM pg_constraint WHERE NOT convalidated ORDER BY 1",
    )
    broken = await database.fetch_column(
        str,
        "SELECT indrelid::regclass || ': index ' || indexrelid::regclass || ' is not valid' AS name"
        " FROM pg_index WHERE NOT (indisvalid AND indisready) ORDER BY 1",
    )
    switched_off = await database.fetch_column(
        str,
        "SELECT tgrelid::regclass || ': trigger ' || tgname || ' is switched off' AS name"
        " FROM pg_trigger WHERE tgenabled = 'D' ORDER BY 1",
    )
    count = await database.fetch_value(
        "SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    )
    return Finding(f"{count} constraints", [*loose, *broken, *switched_off])


async def audit_triggers() -> Finding:
    """Whether every audited table still writes its history."""
    present = set(
        await database.fetch_column(
            str,
            "SELECT tgrelid::regclass::text AS name FROM pg_trigger"
            " WHERE tgname = 'audit' AND NOT tgisinternal AND tgenabled <> 'D'",
        )
    )
    missing = sorted(AUDITED_TABLES - present)
    return Finding(
        f"history of {len(AUDITED_TABLES)} tables",
        [f"{table}: its changes are not written down" for table in missing],
    )


async def library() -> Finding:
    """The library's rows against the objects."""
    count = await checking.count()
    return Finding(
        f"{count.resources} resources, {count.blobs} files, {count.objects} objects"
        f" ({count.orphans} left over, to be swept)",
        await checking.problems(),
    )


async def photos() -> Finding:
    """The photographs and papers of repairs, assets, models and donations against the objects."""
    count, wrong = await sweeping.find_wrong_objects()
    return Finding(f"{count} photographs and papers", wrong)


async def books() -> Finding:
    """Facts that are kept in two places must agree."""
    wrong = [
        f"{name}: {rule}"
        for rule, sql in AGREEMENTS.items()
        for name in await database.fetch_column(str, sql)
    ]
    count = await database.fetch_value("SELECT count(*) FROM asset")
    lots = await database.fetch_value("SELECT count(*) FROM lot")
    return Finding(f"{count} assets, {lots} lots", wrong)


LOT = "model_title(m.brand, m.name) || ' (' || l.id || ')'"
STOCK = "model_title(m.brand, m.name) || ' (' || b.id || ')'"
AGREEMENTS = {
    "its state is not that of its last step": """
        SELECT a.tag AS name FROM asset a JOIN LATERAL (
               SELECT to_state FROM asset_step s WHERE s.asset = a.id ORDER BY s.id DESC LIMIT 1
               ) AS last ON true
         WHERE last.to_state <> a.lifecycle ORDER BY 1""",
    "handed out though it is no longer here": """
        SELECT a.tag AS name FROM asset a JOIN lifecycle l ON l.state = a.lifecycle AND l.is_end
         WHERE EXISTS (SELECT 1 FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL)
         ORDER BY 1""",
    "a line of it counts other assets than it has": """
        SELECT g.title AS name FROM donation_line l JOIN donation g ON g.id = l.donation
         WHERE l.received <> (SELECT count(*) FROM asset a
                               WHERE a.donation_line = l.id AND a.lifecycle <> 'voided')
             + (SELECT coalesce(sum(v.quantity), 0) FROM donation_receipt r
                  JOIN lot_move v ON v.receipt = r.id AND v.kind = 'received'
                 WHERE r.donation_line = l.id AND r.undone_at IS NULL)
         ORDER BY 1""",
    "its open work order and its time out of use disagree": """
        SELECT a.tag AS name FROM work_order w JOIN asset a ON a.id = w.asset
         WHERE (w.closed_at IS NULL AND NOT w.keeps_in_service) <> EXISTS (
               SELECT FROM work_order_outage o WHERE o.work_order = w.id AND o.ended_at IS NULL)
         ORDER BY 1""",
    "as many of the lot are there as its moves do not say": f"""
        SELECT {LOT} AS name FROM lot l JOIN asset_model m ON m.id = l.model
         WHERE l.on_hand <> (SELECT coalesce(sum(on_hand_change), 0) FROM lot_move
                              WHERE lot = l.id)
         ORDER BY 1""",
    "as many of the lot are handed out as its moves do not say": f"""
        SELECT {LOT} AS name FROM lot l JOIN asset_model m ON m.id = l.model
         WHERE EXISTS (SELECT FROM lot_loan n WHERE n.lot = l.id AND (
               n.outstanding <> (SELECT coalesce(sum(out_change), 0) FROM lot_move
                                  WHERE loan = n.id)
               OR (n.outstanding = 0) <> (n.ended_at IS NOT NULL)))
         ORDER BY 1""",
    "more or less of a part is missing than its moves say": """
        SELECT a.tag || ' · ' || g.part AS name FROM kit_gap g JOIN asset a ON a.id = g.asset
         WHERE (g.missing, g.damaged) <> (SELECT coalesce(sum(missing_change), 0),
                                                 coalesce(sum(damaged_change), 0)
                                            FROM kit_move WHERE gap = g.id)
         ORDER BY 1""",
    "as many parts are in stock, or reserved, as its moves and reservations do not say": f"""
        SELECT {STOCK} AS name FROM stock_balance b JOIN asset_model m ON m.id = b.model
         WHERE b.on_hand <> (SELECT coalesce(sum(change), 0) FROM stock_move WHERE balance = b.id)
            OR b.reserved <> (SELECT coalesce(sum(quantity), 0) FROM stock_reservation
                               WHERE balance = b.id)
         ORDER BY 1""",
    "parts are reserved for a work order that is closed": """
        SELECT w.id || ' · ' || a.tag AS name FROM work_order w JOIN asset a ON a.id = w.asset
         WHERE w.closed_at IS NOT NULL AND EXISTS (
               SELECT FROM stock_reservation r WHERE r.work_order = w.id AND r.quantity > 0)
         ORDER BY 1""",
    "parts are in stock at a place out of use": f"""
        SELECT {STOCK} AS name FROM stock_balance b JOIN asset_model m ON m.id = b.model
          JOIN place p ON p.id = b.place WHERE p.retired_at IS NOT NULL AND b.on_hand > 0
         ORDER BY 1""",
    "a stock-take says otherwise of it than its sights": """
        SELECT k.title || ' · ' || a.tag AS name FROM stocktake_asset t
          JOIN stocktake k ON k.id = t.stocktake JOIN asset a ON a.id = t.asset
          LEFT JOIN stocktake_scan f ON f.id = t.scan
         WHERE (f.id IS NOT NULL AND (f.voided_at IS NOT NULL OR f.asset <> t.asset))
            OR (f.id IS NULL AND EXISTS (SELECT FROM stocktake_scan s WHERE s.voided_at IS NULL
                AND s.stocktake = t.stocktake AND s.asset = t.asset))
         ORDER BY 1""",
    "the lot is at a place out of use": f"""
        SELECT {LOT} AS name FROM lot l JOIN asset_model m ON m.id = l.model
          JOIN place p ON p.id = l.place
         WHERE p.retired_at IS NOT NULL AND (l.on_hand > 0 OR EXISTS (
               SELECT FROM lot_loan n WHERE n.lot = l.id AND n.ended_at IS NULL))
         ORDER BY 1""",
}

QUESTIONS: tuple[Callable[[], Awaitable[Finding]], ...] = (
    constraints,
    audit_triggers,
    library,
    photos,
    books,
)
