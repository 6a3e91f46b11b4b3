"""Label codes over JSON: where one leads, and linking a fresh one."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core.access import Actor
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import labels
from inventory.labels import Label


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


async def make_batch(actor: Actor, school: str, count: int) -> MadeBatch:
    """A batch with its codes."""
    batch = await labels.create_batch(actor, school, count)
    return MadeBatch(batch, await labels.get_batch_labels(actor, batch))


_routes = NounRoutes(
    "/labels", "label", tags=("labels",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.get(
        labels.get_scan,
        "Where a scanned code leads",
        "`tag` is null while nobody has claimed the code.",
    ),
    _routes.step("claim", labels.claim, "Link an unclaimed code to an asset", body=Claim),
    _routes.at(
        "POST /batches",
        make_batch,
        "Make a batch of unclaimed codes to print ahead",
        operation="label_batch_create",
        body=NewBatch,
    ),
    _routes.at(
        "GET /batches/{batch:uuid}",
        labels.get_batch_labels,
        "The unclaimed codes of a batch",
        operation="label_batch_get",
        allowed=EDIT_EQUIPMENT,
        gives=Page[Label],
    ),
]
