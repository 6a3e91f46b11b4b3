"""The nouns that have photographs and papers, and how each is found by its address."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar.params import FromPath

from api import urls
from api.kit.addresses import Address
from api.kit.numbers import PathId
from core.access import Actor
from core.permissions import (
    EDIT_DONATIONS,
    EDIT_EQUIPMENT,
    READ_DONATIONS,
    READ_EQUIPMENT,
    Permission,
)
from inventory import attachments
from inventory.attachments import Subject, SubjectKind


class Owner(msgspec.Struct, frozen=True):
    """One noun: the name of its id in addresses, who reads and who writes, and its addresses."""

    name: str
    path: str
    parameter: str
    parameter_type: Any
    find: Callable[[Actor, Any], Awaitable[Subject]]
    read: Permission
    write: Permission
    page: Address
    attachments: Address
    photos: Address
    documents: Address


OWNERS = {
    SubjectKind.asset: Owner(
        name="asset",
        path="/assets/{tag:str}/attachments",
        parameter="tag",
        parameter_type=FromPath[str],
        find=attachments.of_asset,
        read=READ_EQUIPMENT,
        write=EDIT_EQUIPMENT,
        page=urls.asset,
        attachments=urls.asset_attachments,
        photos=urls.asset_photos,
        documents=urls.asset_documents,
    ),
    SubjectKind.model: Owner(
        name="asset_model",
        path="/asset-models/{model_id:int}/attachments",
        parameter="model_id",
        parameter_type=PathId,
        find=attachments.of_model,
        read=READ_EQUIPMENT,
        write=EDIT_EQUIPMENT,
        page=urls.asset_model,
        attachments=urls.asset_model_attachments,
        photos=urls.asset_model_photos,
        documents=urls.asset_model_documents,
    ),
    SubjectKind.donation: Owner(
        name="donation",
        path="/donations/{donation_id:int}/attachments",
        parameter="donation_id",
        parameter_type=PathId,
        find=attachments.of_donation,
        read=READ_DONATIONS,
        write=EDIT_DONATIONS,
        page=urls.donation,
        attachments=urls.donation_attachments,
        photos=urls.donation_photos,
        documents=urls.donation_documents,
    ),
    SubjectKind.transfer: Owner(
        name="transfer",
        path="/transfers/{transfer_id:int}/attachments",
        parameter="transfer_id",
        parameter_type=PathId,
        find=attachments.of_transfer,
        read=READ_EQUIPMENT,
        write=EDIT_EQUIPMENT,
        page=urls.transfer,
        attachments=urls.transfer_attachments,
        photos=urls.transfer_photos,
        documents=urls.transfer_documents,
    ),
    SubjectKind.kit_part: Owner(
        name="kit_part",
        path="/kit-parts/{kit_part_id:int}/attachments",
        parameter="kit_part_id",
        parameter_type=PathId,
        find=attachments.of_kit_part,
        read=READ_EQUIPMENT,
        write=EDIT_EQUIPMENT,
        page=urls.kit_part,
        attachments=urls.kit_part_attachments,
        photos=urls.kit_part_photos,
        documents=urls.kit_part_documents,
    ),
    SubjectKind.disposal: Owner(
        name="disposal",
        path="/disposals/{disposal_id:int}/attachments",
        parameter="disposal_id",
        parameter_type=PathId,
        find=attachments.of_disposal,
        read=READ_EQUIPMENT,
        write=EDIT_EQUIPMENT,
        page=urls.disposal,
        attachments=urls.disposal_attachments,
        photos=urls.disposal_photos,
        documents=urls.disposal_documents,
    ),
}
