"""The wipes that donors asked for: of every donated thing that holds data and was put to use."""

from datetime import datetime, timedelta

from core.database import execute
from labshare.demo.equipment import Asset
from labshare.demo.rows import copy

METHODS = {"computer": "overwritten", "printer": "factory_reset", "network": "factory_reset"}
# One drive in forty does not pass at first, and is erased by its own command then.
FAILED_EVERY = 40
NOT_BEFORE = ("refurbish", "in_service")
CERTIFICATE = "清除工具生成的报告已存档"


async def add_wipes(assets: list[Asset]) -> None:
    """Store the wipes, each on the day before its asset went on."""
    rows: list[tuple[object, ...]] = []
    for number, asset in enumerate(assets):
        went_on = next((at for _, to, at, _ in asset.steps if to in NOT_BEFORE), None)
        if asset.donation_line is None or asset.kind not in METHODS or went_on is None:
            continue
        at, method = went_on - timedelta(hours=2), METHODS[asset.kind]
        if asset.kind == "computer" and number % FAILED_EVERY == 0:
            note = "覆写中断，硬盘有坏道"
            rows.append(_row(asset, method, "failed", at - timedelta(hours=5), note))
            method = "secure_erase"
        rows.append(_row(asset, method, "passed", at, CERTIFICATE))
    # Some have left the books since, and nothing may begin after that.
    await execute("ALTER TABLE asset_wipe DISABLE TRIGGER not_after_the_end")
    await copy(
        "asset_wipe",
        ("asset", "school", "method", "result", "wiped_on", "done_by", "note", "recorded_by",
         "recorded_at"),
        rows,
    )  # fmt: skip
    await execute("ALTER TABLE asset_wipe ENABLE TRIGGER not_after_the_end")


def _row(asset: Asset, method: str, result: str, at: datetime, note: str) -> tuple[object, ...]:
    person = asset.school.people["technician"]
    return (asset.id, asset.school.id, method, result, at.date(), "信息中心", note, person, at)
