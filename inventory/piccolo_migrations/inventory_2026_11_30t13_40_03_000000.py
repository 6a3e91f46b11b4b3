"""Holds, what a school lends, private calendars; custody knows the booking that it fulfils."""

from typing import Any

from piccolo.columns import UUID, BigSerial, Boolean, Bytea, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T13:40:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "hold, lending_rule, calendar_feed; custody.booking"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Place(Table, tablename="place"):
    id = BigSerial(primary_key=True)


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)


class AssetModel(Table, tablename="asset_model"):
    id = BigSerial(primary_key=True)


class Hold(Table, tablename="hold"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=12)
    asset = ForeignKey(Asset, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    place = ForeignKey(Place, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    model = ForeignKey(AssetModel, null=True, default=None, on_delete=OnDelete.restrict)
    quantity = Integer(default=1)
    starts_at = Timestamptz()
    ends_at = Timestamptz(null=True, default=None)
    person = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    group_name = Varchar(length=120)
    group_key = Varchar(length=200, null=True, default=None)
    purpose = Varchar(length=200)
    series = UUID(null=True, default=None, index=True)
    made_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    made_at = Timestamptz()
    closed_as = Varchar(length=12, null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    closed_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    displaced_by: ForeignKey[Any] = ForeignKey(
        "self", null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    warned_at = Timestamptz(null=True, default=None)
    version = Integer(default=1)

    hold_kind_is_known = Check("kind IN ('booking','repair','transfer','exam','stocktake')")
    hold_is_of_one_thing = Check("num_nonnulls(asset, place, model) = 1")
    hold_of_a_model_is_a_booking = Check("model IS NULL OR kind = 'booking'")
    hold_quantity_is_of_a_model = Check(
        "quantity BETWEEN 1 AND CASE WHEN model IS NULL THEN 1 ELSE 1000 END"
    )
    hold_ends_after_it_starts = Check("ends_at > starts_at")
    hold_ends_but_for_repairs = Check("ends_at IS NOT NULL OR kind IN ('repair','transfer')")
    hold_is_within_a_year = Check("kind = 'repair' OR ends_at - starts_at <= interval '366 days'")
    hold_booking_has_a_person = Check("kind <> 'booking' OR person IS NOT NULL")
    hold_closed_in_a_known_way = Check("closed_as IN ('cancelled','ended','fulfilled','no_show')")
    hold_closed_has_a_time = Check("(closed_as IS NULL) = (closed_at IS NULL)")


class LendingRule(Table, tablename="lending_rule"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    model = ForeignKey(AssetModel, null=False, index=True, on_delete=OnDelete.restrict)
    is_lent = Boolean()

    lending_rule_once_a_model = Unique(["school", "model"])


class CalendarFeed(Table, tablename="calendar_feed"):
    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, index=True, on_delete=OnDelete.cascade)
    place = ForeignKey(Place, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    token_hash = Bytea(secret=True)
    created_at = Timestamptz()
    last_read_at = Timestamptz(null=True, default=None)

    calendar_feed_token_is_unique = Unique(["token_hash"])


class Custody(Table, tablename="custody"):
    booking = ForeignKey(Hold, null=True, default=None, on_delete=OnDelete.restrict)
    overrides_bookings = Boolean(default=False)


async def forwards():
    return table_migration(
        "inventory",
        ID,
        DESCRIPTION,
        [Hold, LendingRule, CalendarFeed],
        additions=[Custody],
    )
