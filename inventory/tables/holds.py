"""One calendar of what is taken for a time, and the private addresses of calendars."""

from typing import Any

from piccolo.columns import (
    UUID,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, Place, School
from inventory.tables.assets import Asset, AssetModel


class Hold(Table, tablename="hold"):
    """An asset, a room, or so many of a model, taken from ``starts_at`` until before ``ends_at``.

    What is closed, or displaced by another hold (a repair), takes nothing. Nothing says when an
    open repair ends.
    """

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=12)
    asset = ForeignKey(Asset, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    place = ForeignKey(Place, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    model = ForeignKey(AssetModel, null=True, default=None, on_delete=OnDelete.restrict)
    quantity = Integer(default=1)
    starts_at = Timestamptz()
    ends_at = Timestamptz(null=True, default=None)
    # For whom a booking is, with which class, and what for.
    person = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    group_name = Varchar(length=120)
    # What the class is compared by, however it is written (``borrower_group_key``).
    group_key = Varchar(length=200, null=True, default=None)
    purpose = Varchar(length=200)
    # The bookings that were made at once, week by week.
    series = UUID(null=True, default=None, index=True)
    made_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    made_at = Timestamptz()
    closed_as = Varchar(length=12, null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    closed_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    displaced_by: ForeignKey[Any] = ForeignKey(
        "self", null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    # When its person was told that the thing cannot be had after all.
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
    """Whether a school lends a model, where it is otherwise than the model's kind says."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    model = ForeignKey(AssetModel, null=False, index=True, on_delete=OnDelete.restrict)
    is_lent = Boolean()

    lending_rule_once_a_model = Unique(["school", "model"])


class CalendarFeed(Table, tablename="calendar_feed"):
    """A private address of a calendar: a person's own bookings, or with ``place`` those of a room."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, index=True, on_delete=OnDelete.cascade)
    place = ForeignKey(Place, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    token_hash = Bytea(secret=True)
    created_at = Timestamptz()
    last_read_at = Timestamptz(null=True, default=None)

    calendar_feed_token_is_unique = Unique(["token_hash"])
