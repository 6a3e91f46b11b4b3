"""An ISBN is stored as thirteen digits and stands on one title only."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T20:46:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "ISBNs of thirteen digits, each on one title"

# What is no ISBN, or stands on an older title already, is kept in the name: nothing typed is lost.
FORWARDS = r"""
CREATE FUNCTION isbn_of_thirteen(given text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    WITH plain AS (SELECT upper(regexp_replace(normalize(given, NFKC), '[^0-9Xx]', '', 'g')) AS p),
         twelve AS (SELECT CASE WHEN p ~ '^[0-9]{9}[0-9X]$' THEN '978' || left(p, 9)
                                WHEN p ~ '^97[89][0-9]{10}$' THEN left(p, 12) END AS t FROM plain)
    SELECT t || ((10 - (SELECT sum(substr(t, n, 1)::int * CASE n % 2 WHEN 0 THEN 3 ELSE 1 END)
                          FROM generate_series(1, 12) n) % 10) % 10) FROM twelve
$$;
WITH read AS (
    SELECT id, isbn_of_thirteen(isbn) AS thirteen,
           row_number() OVER (PARTITION BY isbn_of_thirteen(isbn) ORDER BY id) = 1 AS is_first
      FROM asset_model WHERE isbn IS NOT NULL)
UPDATE asset_model m
   SET isbn = CASE WHEN is_first THEN thirteen END,
       name = CASE WHEN is_first AND thirteen IS NOT NULL OR btrim(m.isbn) = '' THEN name
                   ELSE left(name, 170) || ' (ISBN ' || m.isbn || ')' END
  FROM read WHERE read.id = m.id;
DROP FUNCTION isbn_of_thirteen(text);
ALTER TABLE asset_model ADD CONSTRAINT asset_model_isbn_is_thirteen
    CHECK (isbn ~ '^97[89][0-9]{10}$');
DROP INDEX asset_model_by_isbn;
CREATE UNIQUE INDEX asset_model_isbn_once ON asset_model (isbn) WHERE isbn IS NOT NULL;
"""
BACKWARDS = """
DROP INDEX asset_model_isbn_once;
CREATE INDEX asset_model_by_isbn ON asset_model (isbn) WHERE isbn IS NOT NULL;
ALTER TABLE asset_model DROP CONSTRAINT asset_model_isbn_is_thirteen;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
