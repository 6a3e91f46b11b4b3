"""Maintenance plans, and the work orders that follow from them."""

from piccolo.columns import BigSerial, Date, ForeignKey, Integer, Text, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-12-01T07:00:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "maintenance plans"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Place(Table, tablename="place"):
    id = BigSerial(primary_key=True)


class AssetModel(Table, tablename="asset_model"):
    id = BigSerial(primary_key=True)


class MaintenancePlan(Table, tablename="maintenance_plan"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    title = Varchar(length=120)
    checklist = Text(default="")
    model = ForeignKey(AssetModel, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    kind = Varchar(length=16, null=True, default=None)
    place = ForeignKey(Place, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    every_days = Integer(null=True, default=None)
    every_hours = Integer(null=True, default=None)
    starts_on = Date()
    state = Varchar(length=8, default="active")
    revision = Integer(default=1)

    maintenance_plan_title_is_given = Check("btrim(title) <> ''")
    maintenance_plan_checklist_is_bounded = Check("length(checklist) <= 4000")
    maintenance_plan_is_of_one = Check("num_nonnulls(model, kind, place) = 1")
    maintenance_plan_kind_is_known = Check(
        "kind IN ('computer','robot_kit','book','network','printer','projector','ups','part','other')"
    )
    maintenance_plan_has_one_interval = Check("num_nonnulls(every_days, every_hours) = 1")
    maintenance_plan_days_are_sane = Check("every_days BETWEEN 1 AND 3650")
    maintenance_plan_hours_are_sane = Check("every_hours BETWEEN 1 AND 100000")
    maintenance_plan_begins_in_our_time = Check(
        "starts_on BETWEEN DATE '2000-01-01' AND DATE '2099-12-31'"
    )
    maintenance_plan_state_is_known = Check("state IN ('active','paused','ended')")
    maintenance_plan_revision_counts = Check("revision > 0")
    maintenance_plan_id_school = Unique(["id", "school"])


class WorkOrder(Table, tablename="work_order"):
    plan = ForeignKey(MaintenancePlan, null=True, default=None, on_delete=OnDelete.restrict)
    due_on = Date(null=True, default=None)
    checklist = Text(default="")

    work_order_of_a_plan_is_due_on_a_day = Check("(plan IS NULL) = (due_on IS NULL)")
    work_order_of_a_plan_is_scheduled = Check("plan IS NULL OR source = 'schedule'")


async def forwards():
    return table_migration(
        "inventory", ID, DESCRIPTION, [MaintenancePlan], additions=[WorkOrder]
    )
