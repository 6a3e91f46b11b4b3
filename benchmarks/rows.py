"""So many assets with everything around them, made by the database itself in a few statements."""

import msgspec

from core import database, sign_in
from core.settings import Settings

STATEMENTS = (
    "INSERT INTO school (code, name_zh, name_en, created_at) VALUES"
    " ('LB', '灵璧职高', 'Lingbi Vocational School', now()),"
    " ('HG', '浍沟中学', 'Huigou Middle School', now())",
    "INSERT INTO place (school, kind, name) SELECT s.id, 'building', '楼' || n"
    " FROM school s, generate_series(1, 4) n",
    "INSERT INTO place (school, parent, kind, name) SELECT b.school, b.id, 'room', '功能室' || n"
    " FROM place b, generate_series(1, 15) n WHERE b.kind = 'building'",
    "INSERT INTO person (login, name, created_at) SELECT 'person-' || n, '教师' || n, now()"
    " FROM generate_series(1, 200) n",
    "INSERT INTO membership (person, school, role, valid_from) SELECT p.id, s.id,"
    " CASE p.login WHEN 'person-1' THEN 'technician' ELSE 'teacher' END, now() - interval '1 day'"
    " FROM person p JOIN school s ON p.login = 'person-1' OR p.id % 2 = s.id % 2",
    "INSERT INTO asset_model (kind, brand, name) SELECT"
    " (ARRAY['computer','robot_kit','book','network','printer'])[1 + n % 5], 'Maker ' || n % 7,"
    " 'Model ' || n FROM generate_series(1, 60) n",
    "INSERT INTO donor (school, kind, name, contact) SELECT s.id, 'organisation', '捐赠企业' || n, ''"
    " FROM school s, generate_series(1, 5) n",
    "INSERT INTO donation (school, donor, title, received_on, acknowledgement_number, created_at)"
    " SELECT d.school, d.id, '捐赠 ' || n, current_date - n, 'A-' || d.id || '-' || n, now()"
    " FROM donor d, generate_series(1, 4) n",
    "INSERT INTO donation_line (school, donation, model, declared, received, note)"
    " SELECT d.school, d.id, m.id, 50, 48, '' FROM donation d JOIN asset_model m"
    " ON m.id % 5 = d.id % 5",
)
# Every second asset is a gift, most stand in a room, and every third is with somebody.
ASSETS = """
INSERT INTO asset (tag, school, title_holder, model, donation_line, place, serial_number,
                   serial_trust, lifecycle, condition, name, created_at)
SELECT s.code || '-' || lpad(n::text, 6, '0'), s.id, s.id, models[1 + n % 60],
       CASE WHEN n % 2 = 0 THEN s.lines[1 + n / 2 % cardinality(s.lines)] END,
       s.rooms[1 + n % cardinality(s.rooms)], 'SN' || upper(substr(md5(n::text), 1, 10)), 'ok',
       CASE WHEN n % 40 = 1 THEN 'in_repair' ELSE 'in_service' END, 'ok',
       CASE WHEN n % 3 = 0 THEN '机位 ' || n % 56 ELSE '' END, now() - interval '1 year'
  FROM generate_series(1, $1::int) n
  JOIN (SELECT s.*, row_number() OVER (ORDER BY id) - 1 AS turn,
               ARRAY(SELECT id FROM place p WHERE p.school = s.id AND kind = 'room') AS rooms,
               ARRAY(SELECT id FROM donation_line l WHERE l.school = s.id) AS lines
          FROM school s) s ON s.turn = (n % 5) / 3,
       (SELECT array_agg(id ORDER BY id) AS models FROM asset_model) m
"""
CUSTODY = """
INSERT INTO custody (school, asset, holder, started_at, due_at, ended_at, handed_by, received_by,
                     note, return_note)
SELECT a.school, a.id, p.id, now() - past * interval '40 days' - interval '9 days',
       now() + interval '20 days' - past * interval '40 days', CASE WHEN past > 0 THEN now() - past * interval '40 days' END,
       t.id, CASE WHEN past > 0 THEN t.id END, '', ''
  FROM asset a
 CROSS JOIN generate_series(0, 2) past
  JOIN person p ON p.login = 'person-' || 2 + a.id % 198
  JOIN person t ON t.login = 'person-1'
 WHERE a.id % 3 = 0
"""
# Years of changes of these and of other rows, whose own history is looked up beside them.
HISTORY = """
INSERT INTO audit_event (at, actor_id, actor_name, school_id, entity, entity_id, action, after)
SELECT now() - n * interval '30 seconds', 1, 'person-1', 1 + n % 2,
       (ARRAY['asset', 'custody', 'work_order', 'device'])[1 + n % 4], (1 + n % 50000)::text,
       'update', jsonb_build_object('note', md5(n::text))
  FROM generate_series(1, $1::int) n
"""
# The note of what a benchmark handed out or booked, by which it is found again.
LENT_HERE = "lent by the benchmark"
# The school at which things are handed out and booked.
SCHOOL = "LB"
FREE = f"""
SELECT array_agg(a.tag ORDER BY a.id) FROM asset a JOIN school s ON s.id = a.school
 WHERE s.code = '{SCHOOL}' AND a.lifecycle = 'in_service'
   AND NOT EXISTS (SELECT FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL)
"""
LENT_MODELS = f"""
SELECT array_agg(m.id ORDER BY m.id) FROM asset_model m JOIN school s ON s.code = '{SCHOOL}'
 WHERE is_lent(s.id, m.id)
   AND EXISTS (SELECT FROM asset a WHERE a.school = s.id AND a.model = m.id)
"""
LENT = """
SELECT array_agg(a.tag ORDER BY a.id) FROM asset a
 WHERE a.tag = any($1::text[]) AND a.model = any($2::bigint[])
"""
BORROWER = f"""
SELECT m.person FROM membership m JOIN school s ON s.id = m.school
 WHERE s.code = '{SCHOOL}' AND m.role = 'teacher' ORDER BY m.person LIMIT 1
"""


class Loaded(msgspec.Struct, frozen=True):
    """A technician's session, every tag, those that can be handed out, and one who may have them.

    ``bookable`` are those of them that the school lends, ``models`` all that it lends.
    """

    token: str
    tags: list[str]
    free: list[str]
    borrower: int
    bookable: list[str]
    models: list[int]


async def load(settings: Settings, assets: int, *, history: int = 0) -> Loaded:
    """Fill an empty database with so many assets and rows of history."""
    assert settings.database_url is not None
    limits = database.Limits(command_seconds=None)
    await database.open(settings.database_url, max_size=2, limits=limits)
    try:
        async with database.transaction():
            # History is not what is measured, and would double the time it takes to begin.
            for table in ("asset", "custody", "donation_line"):
                await database.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit")
            for statement in STATEMENTS:
                await database.execute(statement)
            await database.execute(ASSETS, assets)
            await database.execute(CUSTODY)
            await database.execute(HISTORY, history)
        async with database.connection() as connection:
            await connection.execute("VACUUM ANALYZE")
        free, models = await database.fetch_value(FREE), await database.fetch_value(LENT_MODELS)
        return Loaded(
            await session_of("person-1"),
            await database.fetch_value('SELECT array_agg(tag ORDER BY tag COLLATE "C") FROM asset'),
            free,
            await database.fetch_value(BORROWER),
            await database.fetch_value(LENT, free, models),
            models,
        )
    finally:
        await database.close()


async def session_of(login: str) -> str:
    """The token of a fresh session of a person."""
    person = await database.fetch_value("SELECT id FROM person WHERE login = $1", login)
    return await sign_in.start_session(person, address="127.0.0.1", browser="benchmark")


async def take_all_back() -> None:
    """Undo what a round handed out and booked, so that the next one finds the same things free."""
    for table, note in (("custody", "note"), ("hold", "purpose")):
        await database.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit")
        await database.execute(f"DELETE FROM {table} WHERE {note} = $1", LENT_HERE)
        await database.execute(f"ALTER TABLE {table} ENABLE TRIGGER audit")
