"""Everything that can be read of a device, once: its name for people, its unit, what is stored."""

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
    wireless = "wireless"
    sensors = "sensors"


GROUPS: dict[Group, Message] = {
    Group.condition: say("How it runs"),
    Group.supplies: say("Supplies and paper"),
    Group.power: say("Power"),
    Group.load: say("Load"),
    Group.storage: say("Storage"),
    Group.network: say("Network"),
    Group.wireless: say("Wireless"),
    Group.sensors: say("Sensors"),
}


class Metric(msgspec.Struct, frozen=True):
    """``is_stored``: numbers become samples and charts.

    ``counter_bits``: only its growth means anything, and it begins anew beyond so many bits.
    """

    label: Message
    group: Group
    unit: str | None = None
    is_stored: bool = True
    counter_bits: int = 0


METRICS: dict[str, Metric] = {
    "round_trip": Metric(say("Answers a ping within"), Group.condition, "milliseconds"),
    "uptime": Metric(say("Running for"), Group.condition, "seconds", is_stored=False),
    "temperature": Metric(say("Temperature"), Group.condition, "celsius"),
    "display_text": Metric(say("Display"), Group.condition, is_stored=False),
    "printer_status": Metric(say("Printer"), Group.condition, is_stored=False),
    "printer_faults": Metric(say("Printer reports"), Group.condition, is_stored=False),
    "pages_printed": Metric(say("Pages printed"), Group.condition, "pages"),
    "device_condition": Metric(say("State of the device"), Group.condition, is_stored=False),
    "printer_alerts": Metric(say("Open alerts"), Group.condition, is_stored=False),
    "pages_by_kind": Metric(say("Pages"), Group.condition, "pages"),
    "lamp_hours": Metric(say("Lamp has burnt for"), Group.condition, "hours"),
    "system_status": Metric(say("System"), Group.condition, is_stored=False),
    "update_status": Metric(say("Updates"), Group.condition, is_stored=False),
    "supply_level": Metric(say("Supply left"), Group.supplies, "percent"),
    "supply_amount": Metric(say("Supply left (amount)"), Group.supplies),
    "supply_days_left": Metric(say("Supply lasts for"), Group.supplies, "days", is_stored=False),
    "waste_container": Metric(say("Waste container"), Group.supplies, "percent"),
    "paper_level": Metric(say("Paper left"), Group.supplies, "percent"),
    "paper_amount": Metric(say("Paper left (sheets)"), Group.supplies, "sheets"),
    "battery_status": Metric(say("Battery"), Group.power, is_stored=False),
    "battery_charge": Metric(say("Battery charge"), Group.power, "percent"),
    "battery_runtime": Metric(say("Battery would last"), Group.power, "minutes"),
    "battery_voltage": Metric(say("Battery voltage"), Group.power, "volts"),
    "on_battery": Metric(say("On battery for"), Group.power, "seconds"),
    "input_voltage": Metric(say("Input voltage"), Group.power, "volts"),
    "input_frequency": Metric(say("Input frequency"), Group.power, "hertz"),
    "output_source": Metric(say("Output fed from"), Group.power, is_stored=False),
    "output_voltage": Metric(say("Output voltage"), Group.power, "volts"),
    "output_power": Metric(say("Output power"), Group.power, "watts"),
    "output_load": Metric(say("Output load"), Group.power, "percent"),
    "ups_alarms": Metric(say("Alarms present"), Group.power, "count"),
    "ups_alarm_list": Metric(say("Alarms"), Group.power, is_stored=False),
    "self_test": Metric(say("Last self-test"), Group.power, is_stored=False),
    "battery_current": Metric(say("Battery current"), Group.power, "amperes"),
    "battery_replacement": Metric(say("Battery to be replaced"), Group.power, is_stored=False),
    "input_current": Metric(say("Input current"), Group.power, "amperes"),
    "output_current": Metric(say("Output current"), Group.power, "amperes"),
    "output_frequency": Metric(say("Output frequency"), Group.power, "hertz"),
    "bypass_voltage": Metric(say("Bypass voltage"), Group.power, "volts"),
    "phase_load": Metric(say("Load of the phase"), Group.power, is_stored=False),
    "bank_load": Metric(say("Load of the outlet group"), Group.power, is_stored=False),
    "bank_current": Metric(say("Current of the outlet group"), Group.power, "amperes"),
    "outlet_status": Metric(say("Outlet"), Group.power, is_stored=False),
    "redundancy": Metric(say("Second supply"), Group.power, is_stored=False),
    "cpu_load": Metric(say("Processor load"), Group.load, "percent"),
    "load_average": Metric(say("Load average"), Group.load, "count"),
    "processes": Metric(say("Processes"), Group.load, "count"),
    "users": Metric(say("Users signed in"), Group.load, "count"),
    "memory_used": Metric(say("Memory used"), Group.storage, "percent"),
    "swap_used": Metric(say("Swap used"), Group.storage, "percent"),
    "disk_used": Metric(say("Disk used"), Group.storage, "percent"),
    "disk_days_left": Metric(say("Disk is full in"), Group.storage, "days", is_stored=False),
    "disk_size": Metric(say("Disk size"), Group.storage, "bytes", is_stored=False),
    "disk_status": Metric(say("Drive"), Group.storage, is_stored=False),
    "disk_health": Metric(say("Health of the drive"), Group.storage, is_stored=False),
    "disk_temperature": Metric(say("Temperature of the drive"), Group.storage, "celsius"),
    "disk_life": Metric(say("Life left"), Group.storage, "percent"),
    "bad_sectors": Metric(say("Bad sectors"), Group.storage, "count"),
    "raid_status": Metric(say("Array of drives"), Group.storage, is_stored=False),
    "ports_up": Metric(say("Ports in use"), Group.network, "count"),
    "if_status": Metric(say("Port"), Group.network, is_stored=False),
    "if_speed": Metric(say("Port speed"), Group.network, "bits_per_second", is_stored=False),
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
    "if_alias": Metric(say("Described as"), Group.network, is_stored=False),
    "if_duplex": Metric(say("Duplex"), Group.network, is_stored=False),
    "if_in_discards": Metric(say("Dropped on receiving"), Group.network, "count", False, 32),
    "if_out_discards": Metric(say("Dropped on sending"), Group.network, "count", False, 32),
    "if_discard_rate": Metric(say("Dropped"), Group.network, "per_second", is_stored=False),
    "poe_status": Metric(say("Power over Ethernet"), Group.power, is_stored=False),
    "poe_voltage": Metric(say("Fed at"), Group.power, "volts", is_stored=False),
    "poe_power": Metric(say("Fed with"), Group.power, "watts"),
    "poe_supply": Metric(say("Supply of the ports"), Group.power, is_stored=False),
    "poe_budget": Metric(say("Power for the ports"), Group.power, "watts", is_stored=False),
    "poe_used": Metric(say("Power used by the ports"), Group.power, "watts"),
    "poe_load": Metric(say("Share of the ports' power in use"), Group.power, "percent"),
    "power_supply_status": Metric(say("Power supply"), Group.power, is_stored=False),
    "fan_status": Metric(say("Fan"), Group.condition, is_stored=False),
    "part_status": Metric(say("Part"), Group.condition, is_stored=False),
    "optical_sent": Metric(say("Light sent"), Group.network, "decibel_milliwatts"),
    "optical_received": Metric(say("Light received"), Group.network, "decibel_milliwatts"),
    "laser_current": Metric(say("Laser current"), Group.network, "milliamperes"),
    "wifi_clients": Metric(say("Connected devices"), Group.wireless, "count"),
    "wifi_channel": Metric(say("Channel"), Group.wireless, is_stored=False),
    "wifi_power": Metric(
        say("Transmitting power"), Group.wireless, "decibel_milliwatts", is_stored=False
    ),
    "wifi_busy": Metric(say("Channel busy"), Group.wireless, "percent"),
    "humidity": Metric(say("Humidity"), Group.condition, "percent"),
    "dry_contact": Metric(say("Dry contact"), Group.sensors, is_stored=False),
    "water": Metric(say("Water"), Group.sensors, is_stored=False),
    "smoke": Metric(say("Smoke"), Group.sensors, is_stored=False),
    "motion": Metric(say("Motion"), Group.sensors, is_stored=False),
    "fan_speed": Metric(say("Fan speed"), Group.sensors, "revolutions"),
    "airflow": Metric(say("Air flow"), Group.sensors, "cubic_metres_a_minute"),
    "sensor_voltage": Metric(say("Voltage"), Group.sensors, "volts"),
    "sensor_current": Metric(say("Current"), Group.sensors, "amperes"),
    "sensor_power": Metric(say("Electrical power"), Group.sensors, "watts"),
    "sensor_frequency": Metric(say("Frequency"), Group.sensors, "hertz"),
    "sensor_truth": Metric(say("Signal"), Group.sensors, is_stored=False),
    "sensor_value": Metric(say("Value"), Group.sensors, is_stored=False),
}

UNITS: dict[str, Message] = {
    "percent": say("%"),
    "celsius": say("°C"),
    "volts": say("V"),
    "watts": say("W"),
    "hertz": say("Hz"),
    "minutes": say("min"),
    "seconds": say("s"),
    "milliseconds": say("ms"),
    "pages": say("pages"),
    "sheets": say("sheets"),
    "impressions": say("impressions"),
    "hours": say("h"),
    "days": say("days"),
    "grams": say("g"),
    "millilitres": say("ml"),
    "metres": say("m"),
    "items": say("items"),
    "per_second": say("/s"),
    "bits_per_second": say("bit/s"),
    "bytes": say("bytes"),
    "amperes": say("A"),
    "milliamperes": say("mA"),
    "decibel_milliwatts": say("dBm"),
    "revolutions": say("rpm"),
    "cubic_metres_a_minute": say("m³/min"),
}
