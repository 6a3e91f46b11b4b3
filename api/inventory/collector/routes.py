"""The collector over JSON: keys of files, texts taken in, readings.

A file itself is for people at a browser: a token that could fetch one could sign in the school's name.
"""

from litestar.types import ControllerRouterHandler

from api.inventory.collector.installation import SUPPLIED
from api.kit.noun_routes import NounRoutes
from core.permissions import COLLECT_HOURS, READ_EQUIPMENT
from inventory import collector

# Two hundred texts of Windows with all that their disks say, as JSON writes them.
MOST_BODY_BYTES = 2 * 1024 * 1024

_keys = NounRoutes(
    "/collector-keys", "collector_key", tags=("collector",), read=COLLECT_HOURS, supplied=SUPPLIED
)
_readings = NounRoutes(
    "/machine-readings",
    "machine_reading",
    tags=("collector",),
    read=READ_EQUIPMENT,
    write=COLLECT_HOURS,
    supplied=SUPPLIED,
)
ROUTES: list[ControllerRouterHandler] = [
    _keys.list(collector.list_keys, "Collecting files of your schools, newest first"),
    _keys.create(
        collector.create_key,
        "Make a collecting file for a stick",
        "People download it on the page of the collector. It counts for 400 days, or until it is"
        " ended; 409 while twenty of the school count.",
    ),
    _keys.get(collector.get_key, "One collecting file"),
    _keys.step(
        "end",
        collector.revoke_key,
        "End a collecting file, such as one on a lost stick",
        "What it signed is taken no more; what came before stays.",
    ),
    _readings.list(
        collector.list_readings,
        "Readings of machines without a network, those that came last first",
        "Those taken back as well, with their time.",
    ),
    _readings.get(collector.get_reading, "One reading with its disks"),
    _readings.at(
        "POST",
        collector.receive_texts,
        "Take in what the collector wrote",
        "Each text gets a verdict of its own: `stored` now, `known` before, `unassigned` until `tags`"
        " says by its digest which asset it is of, or `refused`. The same text again is `known`.",
        operation="machine_reading_receive",
        status=200,
        most_bytes=MOST_BODY_BYTES,
    ),
    _readings.at(
        "POST /checks",
        collector.check_texts,
        "What would become of these texts",
        "The same verdicts, `ready` for what would be stored. Nothing is stored.",
        operation="machine_reading_check",
        status=200,
        most_bytes=MOST_BODY_BYTES,
    ),
    _readings.step(
        "void",
        collector.void_reading,
        "Take back a reading that was stored with the wrong asset",
        "Once (409). The text may then be sent again.",
    ),
]
