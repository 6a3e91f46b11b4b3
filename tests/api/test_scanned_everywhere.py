"""Every code that can be printed or read off a thing, through every door that takes one."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from inventory import assets, custody, models
from inventory.assets import Asset, NewAsset
from inventory.custody import Holder
from inventory.models import AssetKind, ModelFacts
from tests import factories
from tests.api.office import Office

ISBN = "9787302511625"
Door = Callable[["Desk", str], Awaitable[httpx.Response]]


class Desk:
    """A technician, the thing that is scanned, and two rooms between which it moves."""

    def __init__(self, office: Office, thing: Asset, rooms: list[int]) -> None:
        self.office, self.thing, self.rooms = office, thing, rooms

    async def json(self, path: str, **body: object) -> httpx.Response:
        return await self.office.client.post(f"/api/v1{path}", json=body)

    async def is_held(self, wanted: bool) -> None:
        """Bring the thing there by its id alone, so that a door can be tried again."""
        actor, held = self.office.who.actor, await self._holder()
        if wanted and held is None:
            await custody.hand_out(actor, [self.thing.tag], Holder(group="5B"))
        elif not wanted and held is not None:
            await custody.take_back(actor, [self.thing.tag])

    async def is_found(self) -> None:
        """Bring it back into service if it is lost, so that it can be lost again."""
        actor, state = self.office.who.actor, assets.LifecycleState
        if (await assets.get_asset(actor, self.thing.tag)).lifecycle is state.lost:
            await assets.take_steps(
                actor, [self.thing.tag], state.in_service, place_id=self.rooms[0]
            )

    async def _holder(self) -> str | None:
        return (await assets.get_asset(self.office.who.actor, self.thing.tag)).holder


async def _hand_out_form(desk: Desk, text: str) -> httpx.Response:
    await desk.is_held(False)
    return await desk.office.send("/custody/hand-out", tags=text, group="5B")


async def _take_back_form(desk: Desk, text: str) -> httpx.Response:
    await desk.is_held(True)
    return await desk.office.send("/custody/take-back", tags=text)


async def _move_form(desk: Desk, text: str) -> httpx.Response:
    return await desk.office.send("/assets/move", tags=text, place_id=desk.rooms[0])


async def _wipe_form(desk: Desk, text: str) -> httpx.Response:
    return await desk.office.send(
        "/assets/wipe", tags=text, method="overwritten", result="passed", done_by="Li Na"
    )


async def _step_form(desk: Desk, text: str) -> httpx.Response:
    await desk.is_found()
    return await desk.office.send("/assets/step", tags=text, to_state="lost")


async def _report_form(desk: Desk, text: str) -> httpx.Response:
    return await desk.office.send("/report", tag=text)


async def _search(desk: Desk, text: str) -> httpx.Response:
    return await desk.office.client.get("/search", params={"q": text})


async def _sheet(desk: Desk, text: str) -> httpx.Response:
    return await desk.office.send("/labels/sheet", tags=text, size="3x8")


async def _hand_out_json(desk: Desk, text: str) -> httpx.Response:
    await desk.is_held(False)
    return await desk.json("/custody", tags=[text], group="5B")


async def _take_back_json(desk: Desk, text: str) -> httpx.Response:
    await desk.is_held(True)
    return await desk.json("/custody/returns", tags=[text])


async def _move_json(desk: Desk, text: str) -> httpx.Response:
    return await desk.json("/assets/moves", tags=[text], place_id=desk.rooms[1])


async def _step_json(desk: Desk, text: str) -> httpx.Response:
    await desk.is_found()
    return await desk.json("/assets/steps", tags=[text], to_state="lost")


async def _report_json(desk: Desk, text: str) -> httpx.Response:
    return await desk.json("/work-orders", tag=text, what="The lamp flickers", is_usable=True)


async def _claim_form(desk: Desk, text: str) -> httpx.Response:
    return await desk.office.send(f"/t/{await _fresh_code(desk)}/claim", tag=text)


async def _claim_json(desk: Desk, text: str) -> httpx.Response:
    return await desk.json(f"/labels/{await _fresh_code(desk)}/claim", tag=text)


async def _fresh_code(desk: Desk) -> str:
    made = await desk.json("/labels/batches", school=desk.office.school.code, count=1)
    code: str = made.json()["items"][0]["code"]
    return code


DOORS: tuple[Door, ...] = (
    _hand_out_form,
    _take_back_form,
    _move_form,
    _wipe_form,
    _step_form,
    _report_form,
    _search,
    _sheet,
    _hand_out_json,
    _take_back_json,
    _move_json,
    _step_json,
    _report_json,
    _claim_form,
    _claim_json,
)


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


async def _desk(office: Office) -> Desk:
    actor = office.who.actor
    book = await models.create_model(actor, ModelFacts(AssetKind.book, "Python", isbn=ISBN))
    thing = await assets.create_asset(
        actor,
        NewAsset(
            school=office.school.code,
            model_id=book.id,
            tag="HG-00248",
            serial_number="PF3X9-K2",
            numbers=("校产2019-001",),
            lifecycle=assets.LifecycleState.in_service,
        ),
    )
    return Desk(office, thing, [await factories.place(office.school) for _ in range(2)])


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__.strip("_"))
async def test_every_printed_code_and_number_passes(office: Office, door: Door) -> None:
    desk = await _desk(office)
    code = desk.thing.code or ""
    spellings = [
        f"https://labshare.example/t/{code}",
        f"HTTP://10.0.0.7:8080/T/{code.lower()}/",
        wide(f"https://labshare.example/t/{code}"),
        f"{code[:4]}-{code[4:8]}-{code[8:]}".lower(),
        "hg00248",
        wide("HG-00248"),
        "校产２０１９－００１",
        "pf3x9-k2",
        "978-7-302-51162-5",
        "7302511624",
    ]
    for text in spellings:
        answer = await door(desk, text)
        assert answer.status_code in (200, 201, 303), (text, answer.status_code, answer.text[:600])
        if door is _search:
            assert answer.headers["location"] == "/assets/HG-00248", text


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/?next=/t/", f"https://labshare.example/t/{'A' * 4000}", "/t/%00", "t/"],
)
async def test_what_only_looks_like_our_address_means_nothing(office: Office, address: str) -> None:
    await _desk(office)
    refused = await office.client.post("/api/v1/custody", json={"tags": [address], "group": "5B"})
    assert refused.status_code == 404, refused.text
