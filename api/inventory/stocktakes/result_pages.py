"""What a stock-take found: what differs, the corrections that somebody confirms, the record and who signs it."""

from typing import Any

import msgspec
from anyio import to_thread
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.drawings import as_path, read_strokes
from api.inventory.stocktakes.record_pdf import Record, write_record
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.numbers import PathId
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from core import schools
from core.access import Actor
from core.errors import Invalid, Message, say
from core.paging import MAX_LIMIT, Page
from core.permissions import EDIT_EQUIPMENT
from inventory import stocktakes
from inventory.signatures import BOARD_HEIGHT, BOARD_WIDTH
from inventory.stocktakes import (
    Corrected,
    Correction,
    Corrections,
    NewStocktakeSignature,
    Result,
    SigningPart,
    StocktakeAsset,
    StocktakeAssetFilters,
    WantedCorrection,
)

KEEPS = allow(EDIT_EQUIPMENT, tokens=False)
CORRECTIONS_SHOWN = 100
# What stands in the value of a correction's box: what is proposed, then the tag.
BETWEEN = ":"


class CorrectForm(msgspec.Struct, frozen=True):
    """The corrections that somebody confirms, each as "moved:HG-00001"."""

    correction: list[str] = []


class SignForm(msgspec.Struct, frozen=True):
    """Who signs, as what, and the strokes as the script writes them."""

    part: SigningPart
    signer: str
    strokes: str = ""


class ResultPages(Controller):
    """/stocktakes/…/corrections, /stocktakes/…/receipt"""

    include_in_schema = False

    @get(urls.correct_stocktake, guards=[in_person])
    async def show_corrections(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[str]:
        return await _corrections_page(request, actor, stocktake_id)

    @post(urls.correct_stocktake, guards=[KEEPS])
    async def correct(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            CorrectForm,
            lambda form: stocktakes.correct_books(actor, stocktake_id, _chosen(form)),
            then=lambda done: see_other(urls.correct_stocktake(stocktake_id), _corrected(done)),
            page=lambda form: _corrections_page(request, actor, stocktake_id, form),
        )

    @get(urls.stocktake_receipt, guards=[in_person])
    async def show_receipt(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[str]:
        return await _receipt_page(request, actor, stocktake_id)

    @get(urls.stocktake_record, guards=[in_person])
    async def download_record(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[bytes]:
        found = await stocktakes.get_stocktake(actor, stocktake_id)
        speech = language_of(request)
        unknown = await stocktakes.list_unknown_things(actor, stocktake_id, limit=MAX_LIMIT)
        lists = await _lists(actor, stocktake_id)
        record = Record(
            found,
            (await schools.get_school(actor, found.school_id)).name(speech.code),
            [(result, page.items, page.next_cursor is not None) for result, page in lists],
            unknown.items,
        )
        file = await to_thread.run_sync(write_record, record, speech)
        return Response(
            file,
            media_type="application/pdf",
            headers={"content-disposition": f'attachment; filename="stocktake-{found.id}.pdf"'},
        )

    @post(urls.sign_stocktake, guards=[KEEPS])
    async def sign(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            SignForm,
            lambda form: stocktakes.sign_stocktake(
                actor,
                stocktake_id,
                NewStocktakeSignature(form.part, form.signer, read_strokes(form.strokes)),
            ),
            then=lambda _: see_other(urls.stocktake_receipt(stocktake_id), say("It is signed.")),
            page=lambda form: _receipt_page(request, actor, stocktake_id, form),
        )


def _chosen(form: CorrectForm) -> Corrections:
    if not form.correction:
        raise Invalid.of("correction", say("Choose at least one"), code="required")
    wanted = []
    for text in form.correction:
        kind, _, tag = text.partition(BETWEEN)
        if kind not in list(Correction):
            raise Invalid.of("correction", say("Choose at least one"), code="required")
        wanted.append(WantedCorrection(tag, Correction(kind)))
    return Corrections(wanted)


def _corrected(done: Corrected) -> Message:
    return say(
        "Moved: {moved}, found again: {found_again}, taken back: {taken_back}.",
        **msgspec.structs.asdict(done),
    )


async def _corrections_page(
    request: WebRequest, actor: Actor, stocktake_id: int, form: Form | None = None
) -> Response[str]:
    found = await stocktakes.find_stocktake(actor, stocktake_id)
    missing = StocktakeAssetFilters(result=Result.missing)
    return render(
        request,
        "inventory/stocktakes/corrections.html",
        form=form or Form(),
        stocktake=found,
        proposed=await stocktakes.list_stocktake_assets(
            actor, stocktake_id, StocktakeAssetFilters(open=True), limit=CORRECTIONS_SHOWN
        ),
        missing=await stocktakes.list_stocktake_assets(actor, stocktake_id, missing),
        unknown=await stocktakes.list_unknown_things(actor, stocktake_id, limit=MAX_LIMIT),
        may_write=actor.can_at(found.school_id, EDIT_EQUIPMENT),
    )


async def _lists(actor: Actor, stocktake_id: int) -> list[tuple[Result, Page[StocktakeAsset]]]:
    """The first things of each result that a record names."""
    return [
        (
            result,
            await stocktakes.list_stocktake_assets(
                actor, stocktake_id, StocktakeAssetFilters(result=result), limit=MAX_LIMIT
            ),
        )
        for result in (Result.missing, Result.wrong_place, Result.unexpected, Result.out)
    ]


async def _receipt_page(
    request: WebRequest, actor: Actor, stocktake_id: int, form: Form | None = None
) -> Response[str]:
    found = await stocktakes.get_stocktake(actor, stocktake_id)
    signed = {one.part for one in found.signatures}
    to_sign = [part for part in SigningPart if part not in signed]
    return render(
        request,
        "inventory/stocktakes/receipt.html",
        form=form or Form(),
        stocktake=found,
        school=await schools.get_school(actor, found.school_id),
        drawn={one.part: as_path(one.strokes) for one in found.signatures},
        board=(BOARD_WIDTH, BOARD_HEIGHT),
        lists_of_results=await _lists(actor, stocktake_id),
        unknown=await stocktakes.list_unknown_things(actor, stocktake_id, limit=MAX_LIMIT),
        parts_to_sign=to_sign,
        next_part=next(iter(to_sign), None),
        may_sign=found.state == "closed"
        and bool(to_sign)
        and actor.can_at(found.school_id, EDIT_EQUIPMENT),
    )
