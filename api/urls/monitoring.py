"""Addresses of monitoring."""

from api.kit.addresses import with_query


def devices(**filters: object) -> str:
    return with_query("/devices", **filters)


def alerts(**filters: object) -> str:
    return with_query("/alerts", **filters)


def device_messages(**filters: object) -> str:
    return with_query("/device-messages", **filters)


def device_profiles() -> str:
    return "/devices/profiles"


def device_profile(name: str) -> str:
    return f"/devices/profiles/{name}"


def new_device(**given: object) -> str:
    return with_query("/devices/new", **given)


def device(device_id: int, **shown: object) -> str:
    return with_query(f"/devices/{device_id}", **shown)


def edit_device(device_id: int) -> str:
    return f"/devices/{device_id}/edit"


def device_ports(device_id: int) -> str:
    return f"/devices/{device_id}/ports"


def port_finder(q: str | None = None) -> str:
    return with_query("/port-finder", q=q)


def networks(**filters: object) -> str:
    return with_query("/networks", **filters)


def new_network() -> str:
    return "/networks/new"


def network(network_id: int) -> str:
    return f"/networks/{network_id}"


def edit_network(network_id: int) -> str:
    return f"/networks/{network_id}/edit"


def remove_network(network_id: int) -> str:
    return f"/networks/{network_id}/remove"


def start_network_scan(network_id: int) -> str:
    return f"/networks/{network_id}/scans"


def network_scan(network_id: int, scan_id: int) -> str:
    return f"/networks/{network_id}/scans/{scan_id}"


def cancel_network_scan(network_id: int, scan_id: int) -> str:
    return f"/networks/{network_id}/scans/{scan_id}/cancel"


def candidates(**filters: object) -> str:
    return with_query("/candidates", **filters)


def add_certain_candidates() -> str:
    return "/candidates/add-certain"


def candidate(candidate_id: int) -> str:
    return f"/candidates/{candidate_id}"


def candidate_step(candidate_id: int, step: str) -> str:
    return f"/candidates/{candidate_id}/{step}"


def device_step(device_id: int, step: str) -> str:
    return f"/devices/{device_id}/{step}"


def device_history(device_id: int, **shown: object) -> str:
    return with_query(f"/devices/{device_id}/history", **shown)


def device_history_json(device_id: int, metric: str, span: str) -> str:
    return with_query(f"/api/v1/devices/{device_id}/history", metric=metric, span=span)


def device_history_csv(device_id: int, **shown: object) -> str:
    return with_query(f"/devices/{device_id}/history.csv", **shown)


def availability(**filters: object) -> str:
    return with_query("/availability", **filters)


def availability_csv(**filters: object) -> str:
    return with_query("/availability.csv", **filters)


def alert(alert_id: int) -> str:
    return f"/alerts/{alert_id}"


def rooms() -> str:
    return "/rooms"


def room(place_id: int) -> str:
    return f"/rooms/{place_id}"


def wake_room(place_id: int) -> str:
    return f"/rooms/{place_id}/wake"


def wake_device(device_id: int | str) -> str:
    return f"/devices/{device_id}/wake"


def wake_plans(place_id: int) -> str:
    return f"/rooms/{place_id}/plans"


def remove_wake_plan(plan_id: int) -> str:
    return f"/rooms/plans/{plan_id}/remove"


def room_seats(place_id: int) -> str:
    return f"/rooms/{place_id}/seats"


def room_seat_rows(place_id: int) -> str:
    return f"/rooms/{place_id}/seats/rows"


def monitoring_setup() -> str:
    return "/devices/setup"


def monitoring_health() -> str:
    return "/devices/health"


def alert_mail() -> str:
    return "/alerts/mail"


def subscription(school_id: int) -> str:
    return f"/alerts/mail/{school_id}"


def end_subscription(school_id: int) -> str:
    return f"/alerts/mail/{school_id}/remove"


def escalation(school_id: int) -> str:
    return f"/alerts/escalation/{school_id}"


def credentials(**filters: object) -> str:
    return with_query("/credentials", **filters)


def new_credential(**given: object) -> str:
    return with_query("/credentials/new", **given)


def credential(credential_id: int) -> str:
    return f"/credentials/{credential_id}"


def remove_credential(credential_id: int) -> str:
    return f"/credentials/{credential_id}/remove"


def acknowledge_alert(alert_id: int) -> str:
    return f"/alerts/{alert_id}/acknowledge"


def clear_alert(alert_id: int) -> str:
    return f"/alerts/{alert_id}/clear"


def acknowledge_alerts() -> str:
    return "/alerts/acknowledge"


def watching(device_id: int) -> str:
    return f"/devices/{device_id}/watching"


def watching_part(device_id: int, part: str) -> str:
    """``part`` as in the address: parent, hours."""
    return f"/devices/{device_id}/watching/{part}"


def device_rule(device_id: int, rule: str) -> str:
    return f"/devices/{device_id}/watching/rules/{rule}"


def kind_rules(school_id: int, profile: str) -> str:
    return f"/schools/{school_id}/rules/{profile}"


def kind_rule(school_id: int, profile: str, rule: str) -> str:
    return f"/schools/{school_id}/rules/{profile}/{rule}"


def maintenance(**filters: object) -> str:
    return with_query("/maintenance", **filters)


def new_maintenance(**given: object) -> str:
    return with_query("/maintenance/new", **given)


def end_maintenance(window_id: int) -> str:
    return f"/maintenance/{window_id}/end"


def expected_hours() -> str:
    return "/expected-hours"


def new_expected_hours() -> str:
    return "/expected-hours/new"


def expected_hours_of(hours_id: int) -> str:
    return f"/expected-hours/{hours_id}"


def expected_hours_step(hours_id: int, step: str) -> str:
    """``step`` as in the address: give, remove."""
    return f"/expected-hours/{hours_id}/{step}"
