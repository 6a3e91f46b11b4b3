"""So many assets with everything around them, made by the database itself in a few statements."""

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
INSERT INTO custody (school, asset, holder, started_at, due_on, ended_at, handed_by, received_by,
                     note, return_note)
SELECT a.school, a.id, p.id, now() - past * interval '40 days' - interval '9 days',
       current_date + 20 - past * 40, CASE WHEN past > 0 THEN now() - past * interval '40 days' END,
       t.id, CASE WHEN past > 0 THEN t.id END, '', ''
  FROM asset a
 CROSS JOIN generate_series(0, 2) past
  JOIN person p ON p.login = 'person-' || 2 + a.id % 198
  JOIN person t ON t.login = 'person-1'
 WHERE a.id % 3 = 0
"""


async def load(settings: Settings, assets: int) -> tuple[str, list[str]]:
    """Fill an empty database; gives a technician's session and every tag."""
    assert settings.database_url is not None
    await database.open(settings.database_url, max_size=2)
    try:
        async with database.transaction():
            # History is not what is measured, and would double the time it takes to begin.
            for table in ("asset", "custody", "donation_line"):
                await database.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit")
            for statement in STATEMENTS:
                await database.execute(statement)
            await database.execute(ASSETS, assets)
            await database.execute(CUSTODY)
        async with database.connection() as connection:
            await connection.execute("VACUUM ANALYZE")
        token = await session_of("person-1")
        tags = await database.fetch_value(
            'SELECT array_agg(tag ORDER BY tag COLLATE "C") FROM asset'
        )
        return token, list(tags)
    finally:
        await database.close()


async def session_of(login: str) -> str:
    """The token of a fresh session of a person."""
    person = await database.fetch_value("SELECT id FROM person WHERE login = $1", login)
    return await sign_in.start_session(person, address="127.0.0.1", browser="benchmark")
