"""Assets over JSON: list, read, write, move, and their steps."""

from typing import Annotated

import msgspec
from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.http.access import allow
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from core.access import Actor
from core.audit import Change
from core.numbers import Id, Version
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import assets, custody
from inventory.assets import (
    Asset,
    AssetChanges,
    AssetFilters,
    AssetRow,
    LifecycleState,
    NewAsset,
    NewWipe,
    NextStep,
    Wipe,
)
from inventory.assets.sorting import ORDERS
from inventory.custody import Custody


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which assets go where."""

    tags: Annotated[list[str], msgspec.Meta(examples=[["S1-00042", "S1-00043"]])]
    place_id: Id


class SchoolChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which assets go over to which school, and where they stand there."""

    tags: Annotated[list[str], msgspec.Meta(examples=[["S1-00042", "S1-00043"]])]
    school_id: Id
    place_id: Id | None = None


class LifeSteps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which assets go to which state, and why; ``place_id`` is where they are now."""

    tags: Annotated[list[str], msgspec.Meta(examples=[["S1-00042", "S1-00043"]])]
    to_state: LifecycleState
    reason: Annotated[str, msgspec.Meta(examples=["Not found in the stock-take"])] = ""
    place_id: Id | None = None


class LifeStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The state to go to, why, and the version that was read; ``place_id`` is where it is
    now."""

    to_state: LifecycleState
    reason: Annotated[str, msgspec.Meta(examples=["Not in its room since Monday"])] = ""
    version: Version | None = None
    place_id: Id | None = None


class Wipes(NewWipe, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which assets were wiped, and how: without a day today, without a name oneself."""

    tags: Annotated[list[str], msgspec.Meta(examples=[["S1-00042", "S1-00043"]])]

    def wipe(self) -> NewWipe:
        return NewWipe(**{name: getattr(self, name) for name in NewWipe.__struct_fields__})


class AssetRoutes(Controller):
    """/api/v1/assets"""

    path = "/assets"
    tags = ("assets",)

    @get(
        guards=[allow(READ_EQUIPMENT)],
        operation_id="asset_list",
        summary="Assets by tag",
        dependencies={"asked": asked_for(AssetFilters, ORDERS)},
    )
    async def list_assets(
        self, actor: NamedDependency[Actor], asked: NamedDependency[ListQuery[AssetFilters]]
    ) -> Page[AssetRow]:
        """`q` finds tags and serial numbers by their beginning, names and models by any part."""
        return await assets.list_assets(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit, sort=asked.sort
        )

    @post(guards=[allow(EDIT_EQUIPMENT)], operation_id="asset_create", summary="Add an asset")
    async def create_asset(self, actor: NamedDependency[Actor], data: JSONBody[NewAsset]) -> Asset:
        """Without a tag it gets the school's next one."""
        return await assets.create_asset(actor, data)

    @post(
        "/moves",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="asset_move",
        summary="Move one or many assets to a place",
        status_code=200,
    )
    async def move_assets(
        self, actor: NamedDependency[Actor], data: JSONBody[Move]
    ) -> Page[AssetRow]:
        return Page(await assets.move_assets(actor, data.tags, data.place_id))

    @post(
        "/school-changes",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="asset_change_school",
        summary="Give one or many assets over to another school",
        status_code=200,
    )
    async def change_school(
        self, actor: NamedDependency[Actor], data: JSONBody[SchoolChange]
    ) -> Page[AssetRow]:
        """All of them or none, by one who keeps equipment at both schools. 409 names what somebody
        has, what is in repair or has left the books, row by row; and what is monitored."""
        return Page(
            await assets.change_school(actor, data.tags, data.school_id, place_id=data.place_id)
        )

    @post(
        "/steps",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="asset_steps",
        summary="Take one or many assets a step further in their life",
        status_code=200,
    )
    async def take_steps(
        self, actor: NamedDependency[Actor], data: JSONBody[LifeSteps]
    ) -> Page[AssetRow]:
        """All of them or none: the refusal names every row that stands in the way. What is lost in
        somebody's hands ends their custody as lost; what is found again asks for its place. What
        was entered by mistake is `voided` as long as nothing happened with it."""
        return Page(
            await assets.take_steps(
                actor, data.tags, data.to_state, reason=data.reason, place_id=data.place_id
            )
        )

    @post(
        "/wipes",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="asset_wipe",
        summary="Record that the data of one or many assets was wiped",
        status_code=200,
    )
    async def record_wipes(
        self, actor: NamedDependency[Actor], data: JSONBody[Wipes]
    ) -> Page[AssetRow]:
        """All of them or none. The newest wipe counts: after a failed one the data is still there."""
        return Page(await assets.record_wipes(actor, data.tags, data.wipe()))

    @get(
        "/{tag:str}", guards=[allow(READ_EQUIPMENT)], operation_id="asset_get", summary="One asset"
    )
    async def get_asset(self, actor: NamedDependency[Actor], tag: FromPath[str]) -> Asset:
        return await assets.get_asset(actor, tag)

    @patch(
        "/{tag:str}",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="asset_edit",
        summary="Correct an asset",
    )
    async def edit_asset(
        self, actor: NamedDependency[Actor], tag: FromPath[str], data: JSONBody[AssetChanges]
    ) -> Asset:
        """What is left out stays. Refused (409) if somebody else changed it since `version`."""
        return await assets.update_asset(actor, tag, data)

    @post(
        "/{tag:str}/steps",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="asset_step",
        summary="Take an asset a step further in its life",
        status_code=200,
    )
    async def take_step(
        self, actor: NamedDependency[Actor], tag: FromPath[str], data: JSONBody[LifeStep]
    ) -> Asset:
        """Refused (409) with the reason and the steps that are possible instead."""
        return await assets.take_step(
            actor,
            tag,
            data.to_state,
            reason=data.reason,
            version=data.version,
            place_id=data.place_id,
        )

    @get(
        "/{tag:str}/next-steps",
        guards=[allow(READ_EQUIPMENT)],
        operation_id="asset_next_steps",
        summary="The steps that you could take with an asset now",
    )
    async def list_next_steps(
        self, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Page[NextStep]:
        """Those that exist, that you may take, and that nothing stands in the way of."""
        asset = await assets.get_asset(actor, tag)
        return Page(await assets.find_next_steps(actor, asset))

    @get(
        "/{tag:str}/wipes",
        guards=[allow(READ_EQUIPMENT)],
        operation_id="asset_wipe_list",
        summary="The recorded wipes of an asset, newest first",
    )
    async def list_wipes(self, actor: NamedDependency[Actor], tag: FromPath[str]) -> Page[Wipe]:
        return Page(await assets.list_wipes(await assets.get_asset(actor, tag)))

    @get(
        "/{tag:str}/history",
        guards=[allow(READ_EQUIPMENT)],
        operation_id="asset_history",
        summary="What happened to an asset, newest first",
    )
    async def list_history(self, actor: NamedDependency[Actor], tag: FromPath[str]) -> Page[Change]:
        """The newest hundred changes of the asset and of its custody."""
        return Page(await assets.list_history(actor, await assets.get_asset(actor, tag)))

    @get(
        "/{tag:str}/custody",
        guards=[allow(READ_EQUIPMENT)],
        operation_id="asset_custody",
        summary="Who has had an asset, newest first",
    )
    async def list_custody(
        self, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Page[Custody]:
        asset = await assets.get_asset(actor, tag)
        return Page(await custody.list_of_asset(actor, asset.tag))
