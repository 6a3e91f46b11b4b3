"""Every address of ours is built here, for handlers and templates alike."""

from urllib.parse import quote, urlencode


def with_query(path: str, **parameters: object) -> str:
    """``path`` with the parameters that have a value."""
    given = {name: value for name, value in parameters.items() if value not in (None, "", [])}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def local(path: str | None, default: str = "/") -> str:
    """``path`` if it leads nowhere but here, else ``default``: a link in a mail must not lure away."""
    # Browsers drop tabs and line ends and read "\" as "/", so "/<tab>/elsewhere" would lead away.
    if not path or not path.startswith("/") or path.startswith("//"):
        return default
    return default if "\\" in path or not path.isprintable() else path


def home() -> str:
    return "/"


def sign_in(next_path: str | None = None) -> str:
    return with_query("/sign-in", next=next_path if next_path != "/" else None)


def sign_out() -> str:
    return "/sign-out"


def first_password() -> str:
    return "/sign-in/first"


def setup() -> str:
    return "/setup"


def account() -> str:
    return "/account"


def password() -> str:
    return "/account/password"


def end_session(session_id: int) -> str:
    return f"/account/sessions/{session_id}/end"


def end_other_sessions() -> str:
    return "/account/sessions/end-others"


def tokens() -> str:
    return "/account/tokens"


def revoke_token(token_id: int) -> str:
    return f"/account/tokens/{token_id}/revoke"


def language() -> str:
    return "/language"


def search(q: str | None = None) -> str:
    return with_query("/search", q=q)


def api() -> str:
    return "/api"


def asset(tag: str) -> str:
    return f"/assets/{quote(tag, safe='')}"


def scan(code: str) -> str:
    return f"/t/{quote(code, safe='')}"


# The lists of the navigation; filters as keywords.


def assets(**filters: object) -> str:
    return with_query("/assets", **filters)


def donations(**filters: object) -> str:
    return with_query("/donations", **filters)


def work_orders(**filters: object) -> str:
    return with_query("/work-orders", **filters)


def report_fault(tag: str | None = None) -> str:
    return f"{asset(tag)}/report" if tag else "/report"


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


def resources(**filters: object) -> str:
    return with_query("/library", **filters)


def usage(**filters: object) -> str:
    return with_query("/usage", **filters)


def places(**filters: object) -> str:
    return with_query("/places", **filters)


def new_place(**given: object) -> str:
    return with_query("/places/new", **given)


def place(place_id: int) -> str:
    return f"/places/{place_id}"


def retire_place(place_id: int) -> str:
    return f"/places/{place_id}/retire"


def restore_place(place_id: int) -> str:
    return f"/places/{place_id}/restore"


def people(**filters: object) -> str:
    return with_query("/people", **filters)


def new_person() -> str:
    return "/people/new"


def person(person_id: int) -> str:
    return f"/people/{person_id}"


def give_role(person_id: int) -> str:
    return f"/people/{person_id}/roles"


def end_role(person_id: int, membership_id: int) -> str:
    return f"/people/{person_id}/roles/{membership_id}/end"


def invite_person(person_id: int) -> str:
    return f"/people/{person_id}/invite"


def close_person(person_id: int) -> str:
    return f"/people/{person_id}/close"


def reopen_person(person_id: int) -> str:
    return f"/people/{person_id}/reopen"


def schools() -> str:
    return "/schools"


def new_school() -> str:
    return "/schools/new"


def school(school_id: int) -> str:
    return f"/schools/{school_id}"


def audit(**filters: object) -> str:
    return with_query("/audit", **filters)


def work_order(order_id: int) -> str:
    return f"/work-orders/{order_id}"


def work_order_step(order_id: int, step: str) -> str:
    """``step`` as in the address: take, assign, wait-for-parts, resume, complete, cancel."""
    return f"/work-orders/{order_id}/{step}"


def work_order_entries(order_id: int) -> str:
    return f"/work-orders/{order_id}/entries"


def work_order_comments(order_id: int) -> str:
    return f"/work-orders/{order_id}/comments"


def job_card(order_id: int) -> str:
    return f"/work-orders/{order_id}/card"


def work_order_photo(photo_id: int) -> str:
    return f"/api/v1/work-orders/photos/{photo_id}"


def idle_assets(**filters: object) -> str:
    return with_query("/usage/idle", **filters)


def usage_csv(**filters: object) -> str:
    return with_query("/usage.csv", **filters)


def donation_usage(donation_id: int, **filters: object) -> str:
    return with_query(f"/donations/{donation_id}/usage", **filters)


def resource(resource_id: object) -> str:
    return f"/library/{resource_id}"


def resource_step(resource_id: object, step: str) -> str:
    """``step`` as in the address: edit, revisions, publish, submit, take-back, withdraw."""
    return f"/library/{resource_id}/{step}"


def new_resource(**filters: object) -> str:
    return with_query("/library/new", **filters)


def my_uploads() -> str:
    return "/library/uploads"


def stop_upload(upload_id: object) -> str:
    return f"/library/uploads/{upload_id}/stop"


def uploads_api() -> str:
    return "/api/v1/uploads"


def upload_api(upload_id: object) -> str:
    return f"/api/v1/uploads/{upload_id}"


def download(resource_id: object, revision_id: object = None) -> str:
    return with_query(f"/api/v1/resources/{resource_id}/download", revision_id=revision_id)


def watch(resource_id: object) -> str:
    """The file itself for a player on our page: not a download, and not counted as one."""
    return f"/api/v1/resources/{resource_id}/content"


def picture(revision_id: object, kind: str, page: int = 1) -> str:
    return f"/api/v1/revisions/{revision_id}/pictures/{kind}/{page}"


def donation_usage_csv(donation_id: int, **filters: object) -> str:
    return with_query(f"/donations/{donation_id}/usage.csv", **filters)


# The inventory.


def new_asset(**given: object) -> str:
    return with_query("/assets/new", **given)


def edit_asset(tag: str) -> str:
    return f"{asset(tag)}/edit"


def asset_step(tag: str) -> str:
    return f"{asset(tag)}/step"


def move_assets(**given: object) -> str:
    return with_query("/assets/move", **given)


def assets_csv(**filters: object) -> str:
    return with_query("/assets.csv", **filters)


def custody(**filters: object) -> str:
    return with_query("/custody", **filters)


def hand_out(**given: object) -> str:
    return with_query("/custody/hand-out", **given)


def take_back(**given: object) -> str:
    return with_query("/custody/take-back", **given)


def asset_models(**filters: object) -> str:
    return with_query("/asset-models", **filters)


def new_asset_model(**given: object) -> str:
    return with_query("/asset-models/new", **given)


def asset_model(model_id: int) -> str:
    return f"/asset-models/{model_id}"


def donors(**filters: object) -> str:
    return with_query("/donors", **filters)


def new_donor(**given: object) -> str:
    return with_query("/donors/new", **given)


def donor(donor_id: int) -> str:
    return f"/donors/{donor_id}"


def new_donation(**given: object) -> str:
    return with_query("/donations/new", **given)


def donation(donation_id: int) -> str:
    return f"/donations/{donation_id}"


def edit_donation(donation_id: int) -> str:
    return f"/donations/{donation_id}/edit"


def donation_lines(donation_id: int) -> str:
    return f"/donations/{donation_id}/lines"


def donation_line(donation_id: int, line_id: int) -> str:
    return f"/donations/{donation_id}/lines/{line_id}"


def receive_line(donation_id: int, line_id: int) -> str:
    return f"/donations/{donation_id}/lines/{line_id}/receive"


def acknowledgement(donation_id: int) -> str:
    return f"/donations/{donation_id}/acknowledgement"


def imports(**filters: object) -> str:
    return with_query("/imports", **filters)


def import_template() -> str:
    return "/imports/template.csv"


def import_job(job_id: object, **filters: object) -> str:
    return with_query(f"/imports/{job_id}", **filters)


def import_step(job_id: object, step: str) -> str:
    """``step`` as in the address: apply, discard."""
    return f"/imports/{job_id}/{step}"


def labels(**given: object) -> str:
    return with_query("/labels", **given)


def label_sheet(**given: object) -> str:
    return with_query("/labels/sheet", **given)


def label_batches() -> str:
    return "/labels/batches"


def label_batch(batch: object, **given: object) -> str:
    return with_query(f"/labels/batches/{batch}", **given)


def claim_label(code: str) -> str:
    return f"{scan(code)}/claim"


# How devices are watched, and when nobody is to be told.


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
