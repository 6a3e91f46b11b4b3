"""Stock-takes: what was expected, sights of things, signatures and pictures."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T21:40:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "stock-takes"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Place(Table, tablename="place"):
    id = BigSerial(primary_key=True)


class AssetModel(Table, tablename="asset_model"):
    id = BigSerial(primary_key=True)


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)


class Donation(Table, tablename="donation"):
    id = BigSerial(primary_key=True)


class Custody(Table, tablename="custody"):
    id = BigSerial(primary_key=True)



class Stocktake(Table, tablename="stocktake"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    scope = Varchar(length=8)
    places = Array(base_column=BigInt(), default=[])
    model = ForeignKey(AssetModel, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    donation = ForeignKey(
        Donation, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    title = Varchar(length=120)
    state = Varchar(length=9, default="open")
    counts_untouched_rooms = Boolean(default=False)
    started_at = Timestamptz()
    started_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    ended_at = Timestamptz(null=True, default=None)
    ended_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    note = Varchar(length=400)

    stocktake_title_is_given = Check("btrim(title) <> ''")
    stocktake_state_is_known = Check("state IN ('open','closed','cancelled')")
    stocktake_scope_is_known = Check("scope IN ('places','school','model','donation')")
    stocktake_has_what_its_scope_says = Check(
        "(scope = 'places') = (cardinality(places) > 0)"
        " AND (scope = 'model') = (model IS NOT NULL)"
        " AND (scope = 'donation') = (donation IS NOT NULL)"
    )
    stocktake_ended_has_a_time = Check(
        "num_nulls(ended_at, ended_by) = CASE WHEN state = 'open' THEN 2 ELSE 0 END"
    )


class StocktakeScan(Table, tablename="stocktake_scan"):
    id = BigSerial(primary_key=True)
    stocktake = ForeignKey(Stocktake, null=False, on_delete=OnDelete.restrict)
    key = UUID(default=None)
    way = Varchar(length=4)
    given = Varchar(length=400)
    asset = ForeignKey(Asset, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    place = ForeignKey(Place, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    at = Timestamptz()
    received_at = Timestamptz()
    by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    note = Varchar(length=400)
    voided_at = Timestamptz(null=True, default=None)
    resolved_at = Timestamptz(null=True, default=None)
    resolved_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)

    stocktake_scan_way_is_known = Check("way IN ('scan','tick')")
    stocktake_scan_given_is_something = Check("btrim(given) <> ''")
    stocktake_scan_resolved_was_unknown = Check(
        "resolved_at IS NULL OR (asset IS NULL AND resolved_by IS NOT NULL)"
    )
    stocktake_scan_once = Unique(["stocktake", "key"])


class StocktakeAsset(Table, tablename="stocktake_asset"):
    id = BigSerial(primary_key=True)
    stocktake = ForeignKey(Stocktake, null=False, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    is_expected = Boolean(default=True)
    expected_place = ForeignKey(Place, null=True, default=None, on_delete=OnDelete.restrict)
    custody = ForeignKey(Custody, null=True, default=None, on_delete=OnDelete.restrict)
    in_repair = Boolean(default=False)
    result = Varchar(length=12, default="pending")
    scan = ForeignKey(StocktakeScan, null=True, default=None, on_delete=OnDelete.restrict)
    seen_place = ForeignKey(Place, null=True, default=None, on_delete=OnDelete.restrict)
    corrected_as = Varchar(length=12, null=True, default=None)
    corrected_at = Timestamptz(null=True, default=None)
    corrected_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)

    stocktake_asset_result_is_known = Check(
        "result IN ('pending','found','wrong_place','unexpected','missing','out','not_counted')"
    )
    stocktake_asset_is_seen_or_not = Check(
        "NOT is_expected OR (scan IS NOT NULL) = (result IN ('found','wrong_place'))"
    )
    stocktake_asset_corrected_as_is_known = Check(
        "corrected_as IN ('moved','found_again','taken_back')"
    )
    stocktake_asset_correction_is_whole = Check(
        "num_nulls(corrected_as, corrected_at, corrected_by) IN (0, 3)"
    )
    stocktake_asset_once = Unique(["stocktake", "asset"])


class StocktakeSignature(Table, tablename="stocktake_signature"):
    id = BigSerial(primary_key=True)
    stocktake = ForeignKey(Stocktake, null=False, on_delete=OnDelete.restrict)
    part = Varchar(length=8)
    signer = Varchar(length=120)
    strokes = JSONB()
    signed_at = Timestamptz()
    recorded_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)

    stocktake_signature_part_is_known = Check("part IN ('counter','witness')")
    stocktake_signature_signer_is_given = Check("btrim(signer) <> ''")
    stocktake_signature_strokes_are_bounded = Check("octet_length(strokes::text) <= 131072")
    stocktake_signature_once_a_part = Unique(["stocktake", "part"])


class StocktakePhoto(Table, tablename="stocktake_photo"):
    id = BigSerial(primary_key=True)
    scan = ForeignKey(StocktakeScan, null=False, index=True, on_delete=OnDelete.restrict)
    object_key = Varchar(length=120)
    media_type = Varchar(length=60)
    size_bytes = Integer()
    small_bytes = Integer(default=0)
    icon_bytes = Integer(default=0)

    stocktake_photo_key_is_unique = Unique(["object_key"])


async def forwards():
    return table_migration(
        "inventory",
        ID,
        DESCRIPTION,
        [
            Stocktake,
            StocktakeScan,
            StocktakeAsset,
            StocktakeSignature,
            StocktakePhoto,
        ],
    )
