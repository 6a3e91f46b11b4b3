"""What an alert says, by its rule: the first line of the work order that it opens."""

from core.errors import Message, say

UNREACHABLE = "unreachable"
REFUSED = "refused"

# Values: instance and value of the reading, device by the name people know.
RULE_SENTENCES: dict[str, Message] = {
    UNREACHABLE: say("{device} does not answer"),
    REFUSED: say("{device} refuses our credentials"),
    "supply_low": say("{device}: {instance} is running out ({value} % left)"),
    "printer_fault": say("{device} reports: {value}"),
    "disk_full": say("{device}: disk {instance} is nearly full ({value} %)"),
    "memory_full": say("{device}: memory is nearly full ({value} %)"),
    "too_hot": say("{device}: {instance} is too hot ({value} °C)"),
    "on_battery": say("{device} runs on battery"),
    "battery_bad": say("{device}: the battery is {value}"),
    "battery_charge_low": say("{device}: the battery is at {value} %"),
    "overload": say("{device}: the output load is {value} %"),
    "port_errors": say("{device}: port {instance} has {value} errors a second"),
}
