"""Everything that can be read of a device, once: its name for people, its unit, what is kept."""

from enum import StrEnum

import msgspec

from core.errors import Message, say


class Group(StrEnum):
    """The parts of a device's page, in its order."""

    condition = "condition"
    supplies = "supplies"
    power = "power"
    load = "load"
    storage = "storage"
    network = "network"


GROUPS: dict[Group, Message] = {
    Group.condition: say("Condition"),
    Group.supplies: say("Supplies and paper"),
    Group.power: say("Power"),
    Group.load: say("Load"),
    Group.storage: say("Storage"),
    Group.network: say("Network"),
}


class Metric(msgspec.Struct, frozen=True):
    """``is_kept``: numbers become samples and charts.

    ``counter_bits``: only its growth means anything, and it begins anew beyond so many bits.
    """

    label: Message
    group: Group
    unit: str | None = None
    is_kept: bool = True
    counter_bits: int = 0


METRICS: dict[str, Metric] = {
    "uptime": Metric(say("Running for"), Group.condition, "seconds", is_kept=False),
    "temperature": Metric(say("Temperature"), Group.condition, "celsius"),
    "display_text": Metric(say("Display"), Group.condition, is_kept=False),
    "printer_status": Metric(say("Printer"), Group.condition, is_kept=False),
    "printer_faults": Metric(say("Printer reports"), Group.condition, is_kept=False),
    "pages_printed": Metric(say("Pages printed"), Group.condition, "pages"),
    "supply_level": Metric(say("Supply left"), Group.supplies, "percent"),
    "supply_amount": Metric(say("Supply left (amount)"), Group.supplies),
    "waste_container": Metric(say("Waste container"), Group.supplies, "percent"),
    "paper_level": Metric(say("Paper left"), Group.supplies, "percent"),
    "paper_amount": Metric(say("Paper left (sheets)"), Group.supplies, "sheets"),
    "battery_status": Metric(say("Battery"), Group.power, is_kept=False),
    "battery_charge": Metric(say("Battery charge"), Group.power, "percent"),
    "battery_runtime": Metric(say("Battery would last"), Group.power, "minutes"),
    "battery_voltage": Metric(say("Battery voltage"), Group.power, "volts"),
    "on_battery": Metric(say("On battery for"), Group.power, "seconds"),
    "input_voltage": Metric(say("Input voltage"), Group.power, "volts"),
    "input_frequency": Metric(say("Input frequency"), Group.power, "hertz"),
    "output_source": Metric(say("Output fed from"), Group.power, is_kept=False),
    "output_voltage": Metric(say("Output voltage"), Group.power, "volts"),
    "output_power": Metric(say("Output power"), Group.power, "watts"),
    "output_load": Metric(say("Output load"), Group.power, "percent"),
    "ups_alarms": Metric(say("Alarms present"), Group.power, "count"),
    "cpu_load": Metric(say("Processor load"), Group.load, "percent"),
    "load_average": Metric(say("Load average"), Group.load, "count"),
    "processes": Metric(say("Processes"), Group.load, "count"),
    "users": Metric(say("Users signed in"), Group.load, "count"),
    "memory_used": Metric(say("Memory used"), Group.storage, "percent"),
    "swap_used": Metric(say("Swap used"), Group.storage, "percent"),
    "disk_used": Metric(say("Disk used"), Group.storage, "percent"),
    "disk_size": Metric(say("Disk size"), Group.storage, "bytes", is_kept=False),
    "ports_up": Metric(say("Ports in use"), Group.network, "count"),
    "if_status": Metric(say("Port"), Group.network, is_kept=False),
    "if_speed": Metric(say("Port speed"), Group.network, "bits_per_second", is_kept=False),
    "if_in_octets": Metric(say("Received"), Group.network, "bytes", False, counter_bits=64),
    "if_out_octets": Metric(say("Sent"), Group.network, "bytes", False, counter_bits=64),
    "if_in_octets_32": Metric(
        say("Received (counter of 32 bits)"), Group.network, "bytes", False, counter_bits=32
    ),
    "if_out_octets_32": Metric(
        say("Sent (counter of 32 bits)"), Group.network, "bytes", False, counter_bits=32
    ),
    "if_in_errors": Metric(say("Errors received"), Group.network, "count", False, 32),
    "if_out_errors": Metric(say("Errors sent"), Group.network, "count", False, 32),
    "if_in_rate": Metric(say("Receiving"), Group.network, "bits_per_second"),
    "if_out_rate": Metric(say("Sending"), Group.network, "bits_per_second"),
    "if_error_rate": Metric(say("Errors"), Group.network, "per_second"),
}

# Words that readings carry in place of a number.
VALUE_WORDS: dict[str, Message] = {
    "some": say("some left"),
    "unlimited": say("not limited"),
    "empty": say("empty"),
    "none": say("none"),
    "other": say("other"),
    "unknown": say("unknown"),
    "idle": say("idle"),
    "printing": say("printing"),
    "warming_up": say("warming up"),
    "paper_low": say("paper low"),
    "paper_out": say("paper out"),
    "toner_low": say("toner low"),
    "toner_out": say("toner out"),
    "door_open": say("door open"),
    "jammed": say("paper jam"),
    "offline": say("offline"),
    "service_requested": say("asks for service"),
    "input_tray_missing": say("input tray missing"),
    "output_tray_missing": say("output tray missing"),
    "supply_missing": say("cartridge missing"),
    "output_nearly_full": say("output tray nearly full"),
    "output_full": say("output tray full"),
    "input_tray_empty": say("input tray empty"),
    "maintenance_overdue": say("maintenance overdue"),
    "normal": say("normal"),
    "low": say("low"),
    "depleted": say("depleted"),
    "mains": say("mains"),
    "bypass": say("bypass"),
    "battery": say("battery"),
    "booster": say("mains, raised"),
    "reducer": say("mains, lowered"),
    "up": say("up"),
    "down": say("down"),
    "testing": say("testing"),
    "dormant": say("dormant"),
    "not_present": say("not present"),
    "lower_layer_down": say("lower layer down"),
    "disabled": say("switched off by setting"),
}

UNITS: dict[str, Message] = {
    "percent": say("%"),
    "celsius": say("°C"),
    "volts": say("V"),
    "watts": say("W"),
    "hertz": say("Hz"),
    "minutes": say("min"),
    "seconds": say("s"),
    "pages": say("pages"),
    "sheets": say("sheets"),
    "impressions": say("impressions"),
    "hours": say("h"),
    "grams": say("g"),
    "millilitres": say("ml"),
    "metres": say("m"),
    "items": say("items"),
    "per_second": say("/s"),
    "bits_per_second": say("bit/s"),
    "bytes": say("bytes"),
}
