"""Custom fields of schools, and assets with values in them."""

from inventory import assets, custom_fields
from inventory.assets import AssetChanges
from inventory.custom_fields import CustomField, NewField
from inventory.models import AssetKind
from tests.factories import MadePerson, MadeSchool


async def field(
    by: MadePerson, of: MadeSchool, name: str = "Screen size", **facts: object
) -> CustomField:
    given = {"asset_kind": AssetKind.computer, **facts}
    return await custom_fields.create_field(
        by.actor,
        NewField(school_id=of.id, name=name, **given),  # type: ignore[arg-type]
    )


async def filled(by: MadePerson, tag: str, **fields: str | None) -> assets.Asset:
    version = (await assets.get_asset(by.actor, tag)).version
    return await assets.update_asset(
        by.actor, tag, AssetChanges(version, fields={k.replace("_", " "): v for k, v in fields.items()})
    )  # fmt: skip


def said(asset: assets.Asset) -> dict[str, str]:
    return {one.name: one.value for one in asset.fields}
