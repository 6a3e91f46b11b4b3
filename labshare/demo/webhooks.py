"""A webhook that the school has switched off again, with what it was told on its last days."""

from datetime import timedelta
from uuid import UUID

from core.database import fetch_value
from core.encryption import Cipher
from core.settings import Settings
from core.webhooks import signing
from core.webhooks.delivering import PURPOSE, owner
from labshare.demo.calendar import YearBehind
from labshare.demo.rows import copy, random_for
from labshare.demo.school import School

# (days ago, entity, action, state, tries, status, answer, what was in the way)
LOG = (
    (9, "work_order", "created", "delivered", 1, 200, '{"ok": true}', ""),
    (9, "work_order", "changed", "delivered", 1, 200, '{"ok": true}', ""),
    (8, "asset", "changed", "delivered", 2, 204, "", ""),
    (7, "asset", "changed", "delivered", 1, 200, '{"ok": true}', ""),
    (6, "work_order", "created", "given_up", 71, None, "", "timeout"),
    (6, "asset", "changed", "given_up", 70, 503, "503 Service Unavailable: 系统维护中", ""),
)


async def add_webhook(year: YearBehind, settings: Settings, school: School) -> None:
    """Nothing is sent from it: its address is one that nobody has."""
    cipher = Cipher.of(settings, purpose=PURPOSE)
    made_at, off_at = (year.moment(year.days_ago(days), 9 * 60) for days in (30, 2))
    webhook_id: int = await fetch_value(
        "INSERT INTO webhook (school, name, url, kinds, is_private, sealed, created_by, created_at,"
        " failing_since, failures, switched_off_at, is_given_up, attempts)"
        " VALUES (:school, '教育局资产台账', 'https://ledger.example.org/labshare',"
        " '{asset,work_order}', false, :sealed, :admin, :made_at, NULL, 0, :off_at, false, 0)"
        " RETURNING id",
        school=school.id,
        sealed=cipher.encrypt(signing.new_secret().encode(), owner=owner(school.id)),
        admin=school.people["admin"],
        made_at=made_at,
        off_at=off_at,
    )
    chance = random_for("webhooks")
    rows = []
    for number, (days, entity, action, state, tries, status, answer, trouble) in enumerate(LOG):
        at = year.moment(year.days_ago(days), 9 * 60 + number)
        key: int = await fetch_value(f"SELECT min(id) + {number} FROM {entity}")
        rows.append(
            (webhook_id, UUID(int=chance.getrandbits(128), version=4), entity, str(key), action, at,
             number, state, tries, at, at + timedelta(seconds=2), status, answer, trouble,
             10_000 if trouble == "timeout" else chance.randint(40, 400))
        )  # fmt: skip
    await copy(
        "webhook_delivery",
        ("webhook", "message", "entity", "key", "action", "at", "transaction", "state", "attempts",
         "due_at", "tried_at", "status", "answer", "trouble", "took_ms"),
        rows,
    )  # fmt: skip
