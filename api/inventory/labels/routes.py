"""Label codes over JSON: where one leads, and linking a fresh one."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.http.access import allow
from core.access import Actor
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import labels
from inventory.labels import Label, Scan


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The asset on which the label has been stuck."""

    tag: Annotated[str, msgspec.Meta(examples=["S1-00042"])]


class NewBatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many codes to print ahead, for which school."""

    school: str
    count: Annotated[int, msgspec.Meta(examples=[24])]


class MadeBatch(msgspec.Struct, frozen=True):
    """A batch of fresh codes."""

    id: UUID
    items: list[Label]


class LabelRoutes(Controller):
    """/api/v1/labels"""

    path = "/labels"
    tags = ("labels",)

    @get(
        "/{code:str}",
        guards=[allow(READ_EQUIPMENT)],
        operation_id="label_get",
        summary="Where a scanned code leads",
    )
    async def get_scan(self, actor: NamedDependency[Actor], code: FromPath[str]) -> Scan:
        """`tag` is null while nobody has claimed the code."""
        return await labels.get_scan(actor, code)

    @post(
        "/{code:str}/claim",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="label_claim",
        summary="Link an unclaimed code to an asset",
        status_code=200,
    )
    async def claim(
        self, actor: NamedDependency[Actor], code: FromPath[str], data: JSONBody[Claim]
    ) -> Scan:
        return await labels.claim(actor, code, data.tag)

    @post(
        "/batches",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="label_batch_create",
        summary="Make a batch of unclaimed codes to print ahead",
    )
    async def make_batch(
        self, actor: NamedDependency[Actor], data: JSONBody[NewBatch]
    ) -> MadeBatch:
        batch = await labels.create_batch(actor, data.school, data.count)
        return MadeBatch(batch, await labels.get_batch_labels(actor, batch))

    @get(
        "/batches/{batch:uuid}",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="label_batch_get",
        summary="The unclaimed codes of a batch",
    )
    async def get_batch(self, actor: NamedDependency[Actor], batch: FromPath[UUID]) -> Page[Label]:
        return Page(await labels.get_batch_labels(actor, batch))
