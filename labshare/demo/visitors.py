"""Faults that passers-by reported by the label of a thing; they wait for a technician."""

from datetime import timedelta

from labshare.demo.calendar import YearBehind
from labshare.demo.equipment import Asset
from labshare.demo.rows import copy

# Kind of the thing, what was written, how to reach the writer, minutes since.
REPORTS = (
    ("projector", "投影机打开后画面发黄，声音正常。", "", 50),
    ("computer", "开机后一直停在黑屏，键盘灯亮。", "教务处，下午在", 240),
    ("printer", "The tray is stuck and cannot be pulled out.", "", 1500),
)
COLUMNS = ("school", "asset", "slot", "what", "contact", "reported_at")


async def add_visitor_reports(year: YearBehind, assets: list[Asset]) -> None:
    """One about the first thing in service of each kind that the larger school has."""
    rows: list[tuple[object, ...]] = []
    for kind, what, contact, minutes in REPORTS:
        found = (a for a in assets if a.kind == kind and a.lifecycle == "in_service")
        asset = next((a for a in found if a.school.code == "LB"), None)
        if asset is not None:
            rows.append(
                (asset.school.id, asset.id, 1, what, contact, year.at - timedelta(minutes=minutes))
            )
    await copy("visitor_report", COLUMNS, rows)
