"""How stock-takes and their lines are read, and which correction the books need now."""

from inventory.borrowers import HOLDER_ID, HOLDER_JOINS, HOLDER_KIND, HOLDER_NAME

READ = """
SELECT t.id, t.school AS school_id, s.code AS school, t.scope, t.places AS place_ids,
       coalesce((SELECT array_agg(pp.path ORDER BY pp.path) FROM place_path pp
                  WHERE pp.place = any(t.places)), '{}') AS places,
       t.model AS model_id, model_title(m.brand, m.name) AS model, t.donation AS donation_id,
       d.title AS donation, t.title, t.note, t.state, t.counts_untouched_rooms, t.started_at,
       p.name AS started_by, t.ended_at, q.name AS ended_by, n.*,
       (SELECT count(*) FROM stocktake_scan u WHERE u.stocktake = t.id AND u.asset IS NULL
           AND u.voided_at IS NULL AND u.resolved_at IS NULL) AS unknown
  FROM stocktake t JOIN school s ON s.id = t.school JOIN person p ON p.id = t.started_by
  LEFT JOIN person q ON q.id = t.ended_by LEFT JOIN asset_model m ON m.id = t.model
  LEFT JOIN donation d ON d.id = t.donation
  CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE is_expected) AS expected,
              count(*) FILTER (WHERE result IN ('found','wrong_place')) AS seen,
              count(*) FILTER (WHERE result = 'wrong_place') AS wrong_place,
              count(*) FILTER (WHERE result = 'unexpected' AND scan IS NOT NULL) AS unexpected,
              count(*) FILTER (WHERE result = 'pending' AND custody IS NULL AND NOT in_repair)
                  AS pending,
              count(*) FILTER (WHERE result = 'missing') AS missing,
              count(*) FILTER (WHERE result = 'not_counted') AS not_counted,
              count(*) FILTER (WHERE result = 'out' OR result = 'pending'
                               AND (custody IS NOT NULL OR in_repair)) AS out
         FROM stocktake_asset WHERE stocktake = t.id) n
"""
# Of a stocktake_asset t with its stocktake k: the correction that its books need now. What was moved
# since it was expected somewhere is where somebody put it.
PROPOSED = """CASE WHEN t.scan IS NULL OR t.corrected_as IS NOT NULL OR a.school <> k.school
                     OR k.state = 'cancelled' THEN NULL
        WHEN a.lifecycle = 'lost' THEN CASE WHEN t.seen_place IS NOT NULL THEN 'found_again' END
        WHEN now.id IS NOT NULL AND now.started_at < f.at
             AND (now.holder_place IS NULL OR NOT place_lies_in(t.seen_place, now.holder_place))
             THEN 'taken_back'
        WHEN now.id IS NULL AND t.seen_place IS NOT NULL AND t.result IN ('wrong_place','unexpected')
             AND a.place IS NOT DISTINCT FROM t.expected_place
             AND NOT (place_lies_in(t.seen_place, a.place) OR place_lies_in(a.place, t.seen_place))
             AND a.lifecycle NOT IN (SELECT state FROM lifecycle WHERE is_end)
             THEN 'moved' END"""
PROPOSED_JOINS = """
  JOIN asset a ON a.id = t.asset JOIN stocktake k ON k.id = t.stocktake
  LEFT JOIN stocktake_scan f ON f.id = t.scan
  LEFT JOIN custody now ON now.asset = a.id AND now.ended_at IS NULL
"""
PHOTOS = "coalesce((SELECT array_agg(id ORDER BY id) FROM stocktake_photo WHERE scan = f.id), '{}')"
READ_ASSETS = f"""
SELECT t.id, CASE WHEN a.school = any(:schools) THEN a.tag ELSE coalesce(f.given, '') END AS tag,
       CASE WHEN a.school = any(:schools) THEN asset_title(a.name, m.brand, m.name) ELSE '' END
           AS title,
       a.school = any(:schools) AS is_in_sight, s.code AS school, t.is_expected, t.result,
       a.lifecycle, t.expected_place AS expected_place_id, ep.path AS expected_place,
       t.seen_place AS seen_place_id, sp.path AS seen_place, t.in_repair,
       {HOLDER_KIND} AS holder_kind, {HOLDER_ID} AS holder_id,
       {HOLDER_NAME} AS holder, f.id AS scan_id, f.at AS seen_at, w.name AS seen_by,
       coalesce(f.note, '') AS note, {PHOTOS} AS photo_ids, {PROPOSED} AS proposed, t.corrected_as,
       t.corrected_at, x.name AS corrected_by
  FROM stocktake_asset t {PROPOSED_JOINS}
  JOIN asset_model m ON m.id = a.model JOIN school s ON s.id = k.school
  LEFT JOIN person w ON w.id = f.by LEFT JOIN person x ON x.id = t.corrected_by
  LEFT JOIN place_path ep ON ep.place = t.expected_place
  LEFT JOIN place_path sp ON sp.place = t.seen_place
  LEFT JOIN custody c ON c.id = t.custody
  {HOLDER_JOINS}
"""
