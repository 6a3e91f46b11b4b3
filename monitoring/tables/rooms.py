"""Rooms that are woken before class, and workers that say how they are."""

from piccolo.columns import (
    JSONB,
    BigSerial,
    Date,
    ForeignKey,
    Integer,
    Time,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.column_types import Array
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, Place, School


class WakePlan(Table, tablename="wake_plan"):
    """When the computers of a room are woken before class, by the school's clock."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    place = ForeignKey(Place, null=False, on_delete=OnDelete.restrict)
    weekdays = Array(base_column=Integer())
    wake_at = Time()
    last_run_on = Date(null=True, default=None)
    created_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    created_at = Timestamptz()

    wake_plan_has_weekdays = Check("cardinality(weekdays) > 0 AND weekdays <@ ARRAY[1,2,3,4,5,6,7]")
    wake_plan_once_a_time = Unique(["place", "wake_at"])


class PollerReport(Table, tablename="poller_report"):
    """What one worker says of its own polling, renewed every few seconds."""

    worker = Varchar(length=80, primary_key=True)
    started_at = Timestamptz()
    seen_at = Timestamptz()
    figures = JSONB()
