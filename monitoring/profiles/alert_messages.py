"""What an alert says, by its rule: the first line of the work order that it opens."""

from core.errors import Message, say

UNREACHABLE = "unreachable"
REFUSED = "refused"
UNREADABLE = "unreadable"

# Values: instance and value of the reading, device by the name people know.
RULE_SENTENCES: dict[str, Message] = {
    UNREACHABLE: say("{device} does not answer"),
    REFUSED: say("{device} refuses our credentials"),
    UNREADABLE: say("{device} is there, but does not let itself be read"),
    "supply_low": say("{device}: {instance} is running out ({value} % left)"),
    "runs_out_soon": say("{device}: {instance} will be empty in about {value} days"),
    "disk_full_soon": say("{device}: disk {instance} will be full in about {value} days"),
    "printer_fault": say("{device} reports: {value}"),
    "disk_full": say("{device}: disk {instance} is nearly full ({value} %)"),
    "memory_full": say("{device}: memory is nearly full ({value} %)"),
    "too_hot": say("{device}: {instance} is too hot ({value} °C)"),
    "on_battery": say("{device} runs on battery"),
    "battery_bad": say("{device}: the battery is {value}"),
    "battery_charge_low": say("{device}: the battery is at {value} %"),
    "battery_worn": say("{device}: the battery must be replaced"),
    "not_on_mains": say("{device}: the output is fed by {value}"),
    "ups_alarm": say("{device} reports: {value}"),
    "self_test_failed": say("{device}: the last self-test says {value}"),
    "lamp_old": say("{device}: the lamp has burnt for {value} hours"),
    "system_fault": say("{device}: the system is {value}"),
    "disk_fault": say("{device}: drive {instance} is {value}"),
    "drive_failing": say("{device}: the health of drive {instance} is: {value}"),
    "disk_hot": say("{device}: drive {instance} is too hot ({value} °C)"),
    "raid_fault": say("{device}: array {instance} is {value}"),
    "overload": say("{device}: the output load is {value} %"),
    "phase_overload": say("{device}: the phase {instance} is {value}"),
    "bank_overload": say("{device}: the outlet group {instance} is {value}"),
    "redundancy_lost": say("{device}: the second supply cannot take over"),
    "smoke_found": say("{device}: {instance} reports smoke"),
    "too_humid": say("{device}: the air at {instance} is too humid ({value} %)"),
    "water_found": say("{device}: {instance} reports water"),
    "contact_alarm": say("{device}: {instance} reports an alarm"),
    "poe_nearly_used_up": say("{device}: the ports take {value} % of the power there is"),
    "poe_fault": say("{device}: port {instance} cannot feed its device ({value})"),
    "fan_fault": say("{device}: fan {instance} is {value}"),
    "power_supply_fault": say("{device}: power supply {instance} is {value}"),
    "part_fault": say("{device}: {instance} is {value}"),
    "port_errors": say("{device}: port {instance} has {value} errors a second"),
}
