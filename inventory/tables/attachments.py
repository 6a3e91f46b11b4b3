"""Photographs and papers of assets, models, donations, transfers, disposals and parts of kits."""

from piccolo.columns import BigSerial, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, School
from inventory.tables.assets import Asset, AssetModel, Donation
from inventory.tables.disposals import Disposal
from inventory.tables.kits import KitPart
from inventory.tables.transfers import Transfer


class Attachment(Table, tablename="attachment"):
    """A photograph or a paper of an asset, a model, a donation, a transfer, a disposal or a part of kits,
    by the opaque key of its object.

    ``school`` is the one whose asset or donation it is; of a model or its part, the one that added it. ``slot``
    bounds how many of a kind a thing has.
    """

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=True, default=None, on_delete=OnDelete.restrict)
    model = ForeignKey(AssetModel, null=True, default=None, on_delete=OnDelete.restrict)
    donation = ForeignKey(Donation, null=True, default=None, on_delete=OnDelete.restrict)
    transfer = ForeignKey(Transfer, null=True, default=None, on_delete=OnDelete.restrict)
    kit_part = ForeignKey(KitPart, null=True, default=None, on_delete=OnDelete.restrict)
    disposal = ForeignKey(Disposal, null=True, default=None, on_delete=OnDelete.restrict)
    kind = Varchar(length=12)
    slot = Integer()
    title = Varchar(length=120)
    file_name = Varchar(length=255)
    object_key = Varchar(length=120)
    media_type = Varchar(length=100)
    size_bytes = Integer()
    # Of its thumbnails; a paper that is no picture has none.
    small_bytes = Integer(default=0)
    icon_bytes = Integer(default=0)
    is_main = Boolean(default=False)
    added_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    added_at = Timestamptz()

    attachment_is_of_one_thing = Check(
        "num_nonnulls(asset, model, donation, transfer, kit_part, disposal) = 1"
    )
    attachment_kind_is_known = Check("kind IN ('photo','document')")
    attachment_slot_is_bounded = Check("slot BETWEEN 1 AND 12")
    attachment_document_has_a_title = Check("kind <> 'document' OR btrim(title) <> ''")
    attachment_main_is_a_photo_of_a_model = Check(
        "NOT is_main OR (kind = 'photo' AND model IS NOT NULL)"
    )
    attachment_key_is_unique = Unique(["object_key"])
    attachment_slot_of_asset = Unique(["asset", "kind", "slot"])
    attachment_slot_of_model = Unique(["model", "kind", "slot"])
    attachment_slot_of_donation = Unique(["donation", "kind", "slot"])
    attachment_slot_of_transfer = Unique(["transfer", "kind", "slot"])
    attachment_slot_of_kit_part = Unique(["kit_part", "kind", "slot"])
    attachment_slot_of_disposal = Unique(["disposal", "kind", "slot"])
