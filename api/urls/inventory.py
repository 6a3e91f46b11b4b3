"""Addresses of assets, gifts, custody, repairs and their reports."""

from urllib.parse import quote

from api.urls.building import with_query


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


def usage(**filters: object) -> str:
    return with_query("/usage", **filters)


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


def photo_draft(token: str) -> str:
    return f"/photo-drafts/{token}"


def work_order_photo(photo_id: int) -> str:
    return f"/api/v1/work-orders/photos/{photo_id}"


def idle_assets(**filters: object) -> str:
    return with_query("/usage/idle", **filters)


def usage_csv(**filters: object) -> str:
    return with_query("/usage.csv", **filters)


def donation_usage(donation_id: int, **filters: object) -> str:
    return with_query(f"/donations/{donation_id}/usage", **filters)


def donation_usage_csv(donation_id: int, **filters: object) -> str:
    return with_query(f"/donations/{donation_id}/usage.csv", **filters)


# The inventory.


def new_asset(**given: object) -> str:
    return with_query("/assets/new", **given)


def edit_asset(tag: str) -> str:
    return f"{asset(tag)}/edit"


def asset_step(tag: str) -> str:
    return f"{asset(tag)}/step"


def asset_model_titles() -> str:
    return "/asset-models/titles"


def step_assets(**given: object) -> str:
    return with_query("/assets/step", **given)


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


def donor_names(**given: object) -> str:
    return with_query("/donors/names", **given)


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
