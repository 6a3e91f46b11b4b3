"""The columns of the list of devices, on its page and in its files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.change_values import device_kind
from api.wording.language import Language
from api.wording.words import word_of
from core.errors import say
from core.permissions import READ_MONITORING
from monitoring import devices
from monitoring.devices import Device, DeviceFilter
from monitoring.devices.views import ORDERS


def _state(device: Device, speech: Language) -> str:
    """The words of the badge that the page has there."""
    if device.paused_at:
        return speech.words(say("Paused"))
    if device.state == "down" and device.may_sleep:
        return speech.words(say("Off or asleep"))
    if device.state == "unknown" and device.trouble:
        return speech.words(say("Not readable now"))
    return word_of(speech, "device_state", device.state)


TABLE = ListTable[Device](
    "devices",
    [
        Column("name", say("Device"), lambda one, _: one.name),
        Column("tag", say("Tag"), lambda one, _: one.asset_tag, on_page=False),
        Column("state", say("State"), _state, line="state"),
        Column(
            "kind",
            say("Kind"),
            lambda one, speech: device_kind(speech, one.profile),
            line="title",
        ),
        Column("place", say("Place"), lambda one, _: one.place, line="where"),
        Column("address", say("Address"), lambda one, _: one.address),
        Column("last_seen_at", say("Last seen"), lambda one, _: one.last_seen_at, on_page=False),
        Column("alerts", say("Alerts"), lambda one, _: one.open_alerts, numeric=True),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    DeviceFilter,
    devices.list_devices,
    csv=urls.devices_csv,
    xlsx=urls.devices_xlsx,
    read=READ_MONITORING,
)
