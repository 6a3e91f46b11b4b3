"""The columns of the list of wipes, on its page and in its files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.words import word_of
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import wipes
from inventory.wipes import WipeFilters, WipeRow
from inventory.wipes.reading import ORDERS

TABLE = ListTable[WipeRow](
    "wipes",
    [
        Column("tag", say("Tag"), lambda row, _: row.tag),
        Column("title", say("What it is"), lambda row, _: row.title, line="title"),
        Column(
            "method",
            say("Method"),
            lambda row, speech: word_of(speech, "wipe_method", row.method),
        ),
        Column("wiped_on", say("Wiped on"), lambda row, _: row.wiped_on),
        Column("done_by", say("Done by"), lambda row, _: row.done_by, line="where"),
        Column(
            "result",
            say("Result"),
            lambda row, speech: word_of(speech, "wipe_result", row.result),
        ),
        Column(
            "verification",
            say("Second person"),
            lambda row, speech: (
                word_of(speech, "wipe_verification", row.verification) if row.verification else ""
            ),
            line="state",
        ),
        Column(
            "serial_number", say("Serial number"), lambda row, _: row.serial_number, on_page=False
        ),
        Column(
            "disk_serial",
            say("Serial number of the disk"),
            lambda row, _: row.disk_serial,
            on_page=False,
        ),
        Column("tool", say("Tool"), lambda row, _: row.tool, on_page=False),
        Column("looked_at", say("What was looked at"), lambda row, _: row.looked_at, on_page=False),
        Column("recorded_by", say("Recorded by"), lambda row, _: row.recorded_by),
        Column("recorded_at", say("Recorded at"), lambda row, _: row.recorded_at, on_page=False),
        Column("verified_by", say("Verified by"), lambda row, _: row.verified_by),
        Column("verified_at", say("Verified at"), lambda row, _: row.verified_at, on_page=False),
        Column("school", say("School"), lambda row, speech: row.school_name(speech.code)),
    ],
    ORDERS,
    sorts=[("-recorded_at", say("Newest first"))],
)
FILES = list_files(
    TABLE,
    WipeFilters,
    wipes.list_wipes,
    csv=urls.wipes_csv,
    xlsx=urls.wipes_xlsx,
    read=READ_EQUIPMENT,
)
