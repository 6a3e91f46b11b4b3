"""Maintenance plans (保养计划): what is to be looked after regularly, and how often."""

from piccolo.columns import BigSerial, Date, ForeignKey, Integer, Text, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Place, School
from inventory.tables.assets import AssetModel


class MaintenancePlan(Table, tablename="maintenance_plan"):
    """A school's plan for its assets of one model, of one kind, or in one place: every so many days,
    or every so many hours for which they were on."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    title = Varchar(length=120)
    checklist = Text(default="")
    model = ForeignKey(AssetModel, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    kind = Varchar(length=16, null=True, default=None)
    place = ForeignKey(Place, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    every_days = Integer(null=True, default=None)
    every_hours = Integer(null=True, default=None)
    # By days, the first time; by hours, from when on they are counted.
    starts_on = Date()
    state = Varchar(length=8, default="active")
    # Counts the changes, so that nobody overwrites what he has not seen.
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
