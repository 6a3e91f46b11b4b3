"""Assets: the list, and one asset with its actions."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.assets.book_columns import OF_BOOKS
from api.inventory.assets.table import TABLE
from api.inventory.attachments.gallery import gallery_of
from api.inventory.options import chosen_donation, chosen_model, place_options, school_codes
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.lists import read_list
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from core import clock
from core.access import Actor
from core.errors import say
from core.numbers import Id, Version
from core.permissions import (
    COLLECT_HOURS,
    EDIT_EQUIPMENT,
    MANAGE_WORK_ORDERS,
    READ_DONATIONS,
    REPORT_FAULTS,
)
from inventory import (
    assets,
    attachments,
    collector,
    custody,
    custom_fields,
    disposals,
    kits,
    repairs,
    stock,
    transfers,
)
from inventory.assets import Asset, AssetFilters, LifecycleState
from inventory.assets.with_books import list_with_books
from inventory.holds import listing as holds
from inventory.holds.listing import HoldFilters
from monitoring import devices, topology

# The list says how many there are up to here, and "more" beyond: counting all costs too much.
COUNTED_TO = 1000
HOLDS_SHOWN = 5
READINGS_LOOKED_AT = 5


class StepForm(msgspec.Struct, frozen=True):
    """The next state, and why; where it is now if it was lost."""

    to_state: LifecycleState
    version: Version
    reason: Annotated[str, msgspec.Meta(max_length=400)] = ""
    place_id: Id | None = None


class AssetPages(Controller):
    """/assets"""

    include_in_schema = False

    @get(urls.assets, guards=[in_person])
    async def list_assets(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        asked = read_list(request, AssetFilters)
        query = asked.filters
        schools = await school_codes(request, actor)
        kept = actor.school_ids_with(EDIT_EQUIPMENT)
        # The books of each row are read where somebody chose a column of them.
        wants_books = any(column.name in asked.columns for column in OF_BOOKS)
        rows_of = list_with_books if wants_books else assets.list_assets
        page = await rows_of(actor, query, cursor=asked.cursor, limit=asked.limit, sort=asked.sort)
        total = await assets.count_assets(actor, query, most=COUNTED_TO + 1)
        return render(
            request,
            "inventory/assets/list.html",
            total=total,
            counted_to=COUNTED_TO,
            page=page,
            # On more than this page, and of those only what the actor may change.
            found=await _count_kept(actor, query, total) if kept and total > len(page.items) else 0,
            keeps_several=len(kept) > 1,
            shown=TABLE.shown(
                asked, language_of(request), without=() if len(schools) > 1 else ("school",)
            ),
            query=query,
            may_keep=bool(kept),
            schools=schools,
            places=await place_options(actor),
            models=await chosen_model(actor, query.model),
            fields=await custom_fields.find_fields_at(actor.school_ids),
            donation=await chosen_donation(actor, query.donation),
        )

    @get(urls.asset, guards=[in_person])
    async def show_asset(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[str]:
        return await _asset_page(request, actor, tag)

    @post(urls.asset_step, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def take_step(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[Any]:
        return await submit(
            request,
            StepForm,
            lambda form: assets.take_step(
                actor,
                tag,
                form.to_state,
                reason=form.reason,
                version=form.version,
                place_id=form.place_id,
            ),
            then=lambda asset: see_other(urls.asset(asset.tag), say("Saved.")),
            page=lambda form: _asset_page(request, actor, tag, form),
        )


async def _count_kept(actor: Actor, filters: AssetFilters, total: int) -> int:
    """How many of the ``total`` found are of schools whose equipment the actor keeps."""
    if set(actor.school_ids) == set(actor.school_ids_with(EDIT_EQUIPMENT)):
        return total
    return await assets.count_assets(actor, filters, most=COUNTED_TO + 1, allowed=EDIT_EQUIPMENT)


async def _asset_page(
    request: WebRequest, actor: Actor, tag: str, form: Form | None = None
) -> Response[str]:
    asset = await assets.get_asset(actor, tag)
    may_keep = actor.can_at(asset.school_id, EDIT_EQUIPMENT)
    orders = await repairs.list_of_asset(actor, asset.id)
    device = await devices.find_by_asset(actor, asset.id)
    steps = await assets.find_next_steps(actor, asset)
    asks_place = any(step.asks_place for step in steps)
    readings = await collector.list_readings(
        actor, collector.ReadingFilters(tag=asset.tag), limit=READINGS_LOOKED_AT
    )
    # One that was taken back says nothing of the asset.
    read = [one for one in readings.items if one.voided_at is None]
    return render(
        request,
        "inventory/assets/asset.html",
        asset=asset,
        today=clock.today(actor.zone_at(asset.school_id)),
        form=form or Form(),
        may_keep=may_keep,
        keeps_several=may_keep and len(actor.school_ids_with(EDIT_EQUIPMENT)) > 1,
        may_report=actor.can_at(asset.school_id, REPORT_FAULTS),
        may_repair=not asset.has_left and actor.can_at(asset.school_id, MANAGE_WORK_ORDERS),
        reads_donation=await _reads_donation(actor, asset),
        loans=await custody.list_of_asset(actor, asset.tag),
        shortages=await custody.list_shortages(actor, asset.tag),
        kit=await kits.find_kit(actor, asset.tag),
        transfer=await transfers.find_transfer_of(actor, asset.id),
        disposal=await disposals.find_disposal_of(actor, asset.id),
        holds=(await holds.list_holds(actor, HoldFilters(tag=asset.tag), limit=HOLDS_SHOWN)).items,
        orders=orders,
        device=device,
        uplink=await topology.suggest_parent(actor, device.id) if device else None,
        story=await assets.list_history(actor, asset),
        steps=[step.to_state for step in steps],
        can_dismantle=await stock.can_dismantle(actor, asset),
        places=await place_options(actor, school_id=asset.school_id) if asks_place else [],
        wipes=await assets.list_wipes(asset),
        readings=read,
        uses=await collector.find_use(asset.id) if read else [],
        offers=await collector.find_offers(asset) if read and may_keep else [],
        may_collect=actor.can_at(asset.school_id, COLLECT_HOURS),
        gallery=await gallery_of(
            actor, await attachments.of_asset(actor, asset.tag), model_id=asset.model_id
        ),
    )


async def _reads_donation(actor: Actor, asset: Asset) -> bool:
    if not actor.can_at(asset.school_id, READ_DONATIONS):
        return False
    # Given over by another school, it may have come there by a donation of theirs.
    is_own = asset.title_holder == asset.school
    return is_own or await chosen_donation(actor, asset.donation_id) is not None
