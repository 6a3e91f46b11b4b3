"""The collector on pages: files for a stick, texts uploaded and judged, readings, empty fields filled."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.collector.installation import SUPPLIED, cipher_of
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.lists import read_list
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import render
from api.kit.submission import attempt, submit
from core.access import Actor
from core.errors import say
from core.permissions import COLLECT_HOURS, EDIT_EQUIPMENT
from inventory import assets, collector
from inventory.collector import (
    ChosenAssets,
    Filled,
    NewKey,
    NewTexts,
    Offered,
    ReadingFilters,
    Received,
    TextState,
)
from inventory.collector.script import FILE_NAME
from inventory.collector.texts import MOST_BYTES, MOST_TEXTS

COLLECTS = allow(COLLECT_HOURS, tokens=False)
MOST_FORM_BYTES = 2 * 1024 * 1024
CHOSEN = "tag."
BLANK = Form()


class CollectorPages(Controller):
    """/collector"""

    include_in_schema = False

    @get(urls.collector_file, guards=[COLLECTS])
    async def download(
        self, request: WebRequest, actor: NamedDependency[Actor], key_id: PathId
    ) -> Response[bytes]:
        return Response(
            await collector.get_file(actor, cipher_of(request), key_id),
            media_type="application/octet-stream",
            headers={
                "content-disposition": f'attachment; filename="{FILE_NAME}"',
                "cache-control": "no-store",
            },
        )

    @get(urls.machine_readings, guards=[COLLECTS])
    async def show_readings(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        asked = read_list(request, ReadingFilters)
        page = await collector.list_readings(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        )
        return render(
            request,
            "inventory/collector/readings.html",
            page=page,
            query=asked.filters,
            voidable=actor.school_ids_with(COLLECT_HOURS),
            offering=len(await collector.list_offers(actor)),
        )

    @get(urls.upload_readings, guards=[COLLECTS])
    async def show_upload(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        return _upload_page(request)

    @post(urls.upload_readings, guards=[COLLECTS], request_max_body_size=MOST_FORM_BYTES)
    async def upload(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        """Judged first; stored by the button below the verdicts, which sends them all again."""
        texts = await _texts(request)
        is_checked = (await request.form()).get("store") is not None
        cipher = cipher_of(request)
        return await attempt(
            request,
            lambda: (
                collector.receive_texts(actor, cipher, texts)
                if is_checked
                else collector.check_texts(actor, cipher, texts)
            ),
            then=lambda received: _answer(request, texts, received, is_checked),
            page=lambda form: _upload_page(request, form.with_values(text=texts.text)),
        )

    @get(urls.reading_offers, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_offers(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        return await _every_offer_page(request, actor)

    @post(urls.reading_offers, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def fill_in_all(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        return await submit(
            request,
            ChosenAssets,
            lambda form: collector.fill_in_all(actor, form),
            then=lambda filled: _filled_page(request, actor, filled),
            page=lambda form: _every_offer_page(request, actor, form),
        )

    @post(urls.fill_from_reading, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def fill_in(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[Any]:
        asset = await assets.get_asset(actor, tag)
        return await submit(
            request,
            Offered,
            lambda form: collector.fill_in(actor, asset, form),
            then=lambda filled: see_other(urls.asset(filled.tag), say("Saved.")),
            page=lambda form: _offers_page(request, actor, tag, form),
        )


async def _texts(request: WebRequest) -> NewTexts:
    """What was pasted and every file that was chosen, one after the other."""
    form = await request.form()
    files = [
        await file.read()
        for file in form.getall("files", [])
        if isinstance(file, UploadFile) and file.filename
    ]
    # A file may be none of ours; what it holds is judged, not its name.
    parts = [
        str(form.get("text", "")),
        *(file.decode("utf-8", "replace").replace("\0", "") for file in files),
    ]
    chosen = {
        name.removeprefix(CHOSEN): str(value).strip()
        for name, value in form.multi_items()
        if name.startswith(CHOSEN) and isinstance(value, str) and value.strip()
    }
    return NewTexts("\n".join(part for part in parts if part), chosen)


def _answer(
    request: WebRequest, texts: NewTexts, received: Received, is_checked: bool
) -> Response[Any]:
    if is_checked and not (received.unassigned or received.refused):
        return see_other(
            urls.machine_readings(),
            say(
                "Stored: {stored}. Were here already: {known}.",
                stored=received.stored,
                known=received.known,
            ),
        )
    return _verdicts_page(request, texts, received, is_stored=is_checked)


def _upload_page(request: WebRequest, form: Form = BLANK) -> Response[str]:
    return render(
        request,
        "inventory/collector/upload.html",
        form=form,
        most_texts=MOST_TEXTS,
        most_kb=MOST_BYTES // 1024,
    )


def _verdicts_page(
    request: WebRequest, texts: NewTexts, received: Received, *, is_stored: bool
) -> Response[str]:
    order = list(TextState)
    return render(
        request,
        "inventory/collector/verdicts.html",
        form=Form({"text": texts.text}),
        chosen=texts.tags,
        received=received,
        # What asks for something stands first.
        verdicts=sorted(
            received.verdicts,
            key=lambda one: (one.state is not TextState.unassigned, -order.index(one.state)),
        ),
        is_stored=is_stored,
    )


async def _every_offer_page(request: WebRequest, actor: Actor, form: Form = BLANK) -> Response[str]:
    return render(
        request,
        "inventory/collector/every_offer.html",
        form=form,
        found=await collector.list_offers(actor),
        refused=[],
    )


async def _filled_page(request: WebRequest, actor: Actor, filled: Filled) -> Response[Any]:
    """On to the readings; what was refused stays in sight with its reason."""
    if not filled.refused:
        return see_other(
            urls.machine_readings(), say("Written into the books: {count}.", count=filled.written)
        )
    return render(
        request,
        "inventory/collector/every_offer.html",
        form=BLANK,
        found=await collector.list_offers(actor),
        refused=filled.refused,
    )


async def _offers_page(request: WebRequest, actor: Actor, tag: str, form: Form) -> Response[str]:
    asset = await assets.get_asset(actor, tag)
    return render(
        request,
        "inventory/collector/offers.html",
        form=form.with_version(asset.version),
        asset=asset,
        offers=await collector.find_offers(asset),
    )


async def _page(request: WebRequest, actor: Actor, form: Form = BLANK) -> Response[str]:
    asked = read_list(request, collector.KeyFilters)
    return render(
        request,
        "inventory/collector/collector.html",
        form=form,
        schools=await school_options(request, actor, COLLECT_HOURS),
        page=await collector.list_keys(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        ),
    )


PAGES: list[ControllerRouterHandler] = [
    shown(urls.collector, _page, COLLECT_HOURS),
    posted(
        urls.new_collector_key,
        NewKey,
        collector.create_key,
        then=lambda made: see_other(
            f"{urls.collector()}#key-{made.id}",
            say("The file is made: download it and copy it onto a stick."),
        ),
        page=_page,
        allowed=COLLECT_HOURS,
        supplied=SUPPLIED,
    ),
    button(
        urls.end_collector_key,
        collector.revoke_key,
        then=to(urls.collector, say("Ended: what is signed with it is taken no more.")),
        allowed=COLLECT_HOURS,
    ),
    button(
        urls.void_reading,
        collector.void_reading,
        then=lambda reading, _: see_other(
            urls.machine_readings(tag=reading.tag),
            say("Taken back. Upload the text again to store it with another asset."),
        ),
        allowed=COLLECT_HOURS,
    ),
    CollectorPages,
]
