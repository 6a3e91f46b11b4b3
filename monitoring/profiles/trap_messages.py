"""What people read of a trap, by the name that profiles give it."""

from core.errors import Message, say

# {part}: the port, tray or alarm that it is about, as the device names it.
TRAP_WORDS: dict[str, Message] = {
    "cold_start": say("Was switched on"),
    "warm_start": say("Started again"),
    "link_down": say("Port {part} lost its link"),
    "link_up": say("Port {part} has a link again"),
    "authentication_failure": say("Somebody asked it with wrong credentials"),
    "agent_started": say("Its agent started"),
    "agent_stopping": say("Its agent is being stopped"),
    "parts_changed": say("Parts were added or taken out"),
    "new_root_bridge": say("Became the root of the spanning tree"),
    "topology_changed": say("The spanning tree changed"),
    "port_power_changed": say("Power over Ethernet of port {part} was switched on or off"),
    "power_use_high": say("The ports take nearly all the power there is"),
    "power_use_normal": say("The ports take less power again"),
    "printer_jammed": say("Paper jam"),
    "printer_reports": say("The printer reports a change"),
    "on_battery": say("Runs on battery"),
    "mains_returned": say("Mains power is back"),
    "battery_low": say("The battery is low"),
    "battery_low_ended": say("The battery is no longer low"),
    "battery_empty": say("The battery is empty"),
    "battery_faulty": say("The battery is faulty"),
    "battery_faulty_ended": say("The battery is well again"),
    "ups_overloaded": say("More hangs on the UPS than it can feed"),
    "self_test_ended": say("The self-test has ended"),
    "self_test_failed": say("The self-test failed"),
    "self_test_passed": say("The self-test went well"),
    "ups_alarm_began": say("An alarm of the UPS began"),
    "ups_alarm_ended": say("An alarm of the UPS ended"),
    "ups_link_lost": say("The network card has lost the UPS"),
    "ups_link_returned": say("The network card hears the UPS again"),
}
