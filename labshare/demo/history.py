"""The history of what the demo made, as if it had been written when it happened.

The audit triggers would date every row to the moment of seeding, so they rest while the past is
copied in, and the same events are written here with the times and the people of the rows.
"""

from uuid import UUID

from core.database import execute

INVENTORY = (
    "school", "place", "person", "membership", "asset_model", "donor", "donation", "donation_line",
    "donation_receipt", "asset", "asset_wipe", "asset_number", "asset_value", "custom_field",
    "custom_choice", "label_code", "custody",
    "custody_signature", "custody_renewal", "shortage", "work_order", "work_order_entry", "credential", "device",
)  # fmt: skip
LIBRARY = ("resource", "revision")
COLUMNS = (
    "at, actor_id, actor_name, request_id, school_id, entity, entity_id, action, before, after"
)

# The columns that each table's trigger leaves out: the arguments that it was made with.
HIDDEN = """
SELECT tgrelid::regclass::text AS entity,
       string_to_array(encode(tgargs, 'escape'), '\\000') AS columns
  FROM pg_trigger WHERE tgname = 'audit'
"""
# Each selects: when, by whom, school, entity, its id, action, before, after.
EVENTS = (
    """SELECT d.created_at, {technician}, d.school, 'donation', d.id::text, 'insert', NULL::jsonb,
              to_jsonb(d) || '{{"acknowledged_at": null}}' FROM donation d""",
    """SELECT d.acknowledged_at, {admin}, d.school, 'donation', d.id::text, 'update',
              '{{"acknowledged_at": null}}'::jsonb,
              jsonb_build_object('acknowledged_at', d.acknowledged_at)
         FROM donation d WHERE d.acknowledged_at IS NOT NULL""",
    """SELECT d.created_at, {technician}, l.school, 'donation_line', l.id::text, 'insert',
              NULL, to_jsonb(l) FROM donation_line l JOIN donation d ON d.id = l.donation""",
    """SELECT a.created_at, {technician}, a.school, 'asset', a.id::text, 'insert', NULL,
              to_jsonb(a) || '{{"lifecycle": "received", "version": 1}}' FROM asset a""",
    """SELECT s.at, s.by, s.school, 'asset', s.asset::text, 'update',
              jsonb_build_object('lifecycle', s.from_state),
              jsonb_build_object('lifecycle', s.to_state) FROM asset_step s""",
    """SELECT r.received_at, r.by, r.school, 'donation_receipt', r.id::text, 'insert', NULL,
              to_jsonb(r) FROM donation_receipt r""",
    """SELECT w.recorded_at, w.recorded_by, w.school, 'asset_wipe', w.id::text, 'insert', NULL,
              to_jsonb(w) FROM asset_wipe w""",
    """SELECT c.started_at, c.handed_by, c.school, 'custody', c.id::text, 'insert', NULL,
              to_jsonb(c) || '{{"ended_at": null, "received_by": null, "return_note": "",
              "was_lost": false}}'
         FROM custody c""",
    """SELECT c.ended_at, coalesce(c.received_by, {technician}), c.school, 'custody', c.id::text,
              'update', '{{"ended_at": null, "received_by": null}}'::jsonb || CASE
              WHEN c.was_lost THEN '{{"was_lost": false}}'::jsonb ELSE '{{}}'::jsonb END,
              jsonb_build_object('ended_at', c.ended_at, 'received_by', c.received_by) || CASE
              WHEN c.was_lost THEN '{{"was_lost": true}}'::jsonb ELSE '{{}}'::jsonb END
         FROM custody c WHERE c.ended_at IS NOT NULL""",
    """SELECT w.opened_at, w.opened_by, w.school, 'work_order', w.id::text, 'insert', NULL,
              to_jsonb(w) || '{{"state": "open", "assignee": null, "closed_at": null,
              "closed_by": null, "resolution": "", "version": 1}}' FROM work_order w""",
    """SELECT e.at, e.by, e.school, 'work_order_entry', e.id::text, 'insert', NULL, to_jsonb(e)
         FROM work_order_entry e""",
    """SELECT coalesce(w.closed_at, w.opened_at + interval '20 minutes'),
              coalesce(w.closed_by, w.assignee), w.school, 'work_order', w.id::text, 'update',
              '{{"state": "open"}}'::jsonb, jsonb_build_object('state', w.state)
         FROM work_order w WHERE w.state <> 'open'""",
    """SELECT d.created_at, {admin}, d.school, 'device', d.id::text, 'insert', NULL,
              to_jsonb(d) || '{{"removed_at": null}}' FROM device d""",
    """SELECT d.removed_at, {admin}, d.school, 'device', d.id::text, 'update',
              '{{"removed_at": null}}'::jsonb, jsonb_build_object('removed_at', d.removed_at)
         FROM device d WHERE d.removed_at IS NOT NULL""",
)


LIBRARY_EVENTS = (
    """SELECT r.created_at, r.owner, r.school, 'resource', r.id::text, 'insert', NULL::jsonb,
              to_jsonb(r) || '{"state": "draft", "published_at": null, "version": 1}'
         FROM resource r WHERE r.id = :resource""",
    """SELECT v.created_at, v.created_by, v.school, 'revision', v.id::text, 'insert', NULL,
              to_jsonb(v) FROM revision v WHERE v.resource = :resource""",
    """SELECT r.updated_at, r.owner, r.school, 'resource', r.id::text, 'update',
              '{"state": "draft"}'::jsonb, jsonb_build_object('state', r.state)
         FROM resource r WHERE r.id = :resource AND r.state <> 'draft'""",
)


async def pause(tables: tuple[str, ...]) -> None:
    """Let the audit triggers rest until :func:`resume`; the open transaction decides."""
    for table in tables:
        await execute(f"ALTER TABLE {table} DISABLE TRIGGER audit")


async def resume(tables: tuple[str, ...]) -> None:
    """Wake the audit triggers again."""
    for table in tables:
        await execute(f"ALTER TABLE {table} ENABLE TRIGGER audit")


async def write_inventory(*, technician: int, admin: int) -> None:
    """Write what the triggers would have about schools, assets, loans and repairs."""
    people = {"technician": f"{technician}::bigint", "admin": f"{admin}::bigint"}
    await _write(tuple(event.format(**people) for event in EVENTS))


async def write_library(resource_id: UUID) -> None:
    """Write what the triggers would have about a resource."""
    await _write(LIBRARY_EVENTS, resource=resource_id)


async def _write(events: tuple[str, ...], **values: object) -> None:
    united = " UNION ALL ".join(f"({event})" for event in events)
    await execute(
        f"INSERT INTO audit_event ({COLUMNS})"
        " SELECT least(e.at, now()), e.actor, p.name, 'demo', e.school, e.entity, e.entity_id,"
        " e.action, e.before - h.columns, e.after - h.columns"
        f" FROM ({united}) e (at, actor, school, entity, entity_id, action, before, after)"
        f" LEFT JOIN person p ON p.id = e.actor JOIN ({HIDDEN}) h ON h.entity = e.entity"
        " ORDER BY e.at, e.entity, e.entity_id, e.action",
        **values,
    )
