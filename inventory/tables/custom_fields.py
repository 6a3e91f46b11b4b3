"""What a school wants to know of its assets, and what they say."""

from piccolo.columns import (
    BigSerial,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Numeric,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import School
from inventory.tables.assets import Asset, AssetModel


class CustomField(Table, tablename="custom_field"):
    """Something that a school wants to know of its assets of a kind, or of one model."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    name = Varchar(length=60)
    kind = Varchar(length=8)
    unit = Varchar(length=20)
    is_required = Boolean(default=False)
    position = Integer(default=1)
    asset_kind = Varchar(length=16, null=True, default=None)
    model = ForeignKey(AssetModel, null=True, default=None, on_delete=OnDelete.restrict)
    retired_at = Timestamptz(null=True, default=None)

    custom_field_name_is_given = Check("btrim(name) <> ''")
    custom_field_kind_is_known = Check("kind IN ('text','number','date','choice')")
    custom_field_is_of_a_kind_or_a_model = Check("num_nonnulls(asset_kind, model) = 1")
    custom_field_position_is_sane = Check("position BETWEEN 1 AND 99")
    custom_field_asset_kind_is_known = Check(
        "asset_kind IN"
        " ('computer','robot_kit','book','network','printer','projector','ups','part','other')"
    )
    custom_field_id_kind = Unique(["id", "kind"])
    custom_field_id_school = Unique(["id", "school"])


class CustomChoice(Table, tablename="custom_choice"):
    """One of the answers that a field of kind ``choice`` takes."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    field = ForeignKey(CustomField, null=False, on_delete=OnDelete.cascade)
    label = Varchar(length=80)
    position = Integer(default=1)

    custom_choice_label_is_given = Check("btrim(label) <> ''")
    custom_choice_once_a_field = Unique(["field", "label"])
    custom_choice_id_field = Unique(["id", "field"])


class AssetValue(Table, tablename="asset_value"):
    """What a custom field says of an asset, in the column of the field's kind; empty once cleared."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, on_delete=OnDelete.restrict)
    field = ForeignKey(CustomField, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=8)
    text_value = Varchar(length=400, null=True, default=None)
    number_value = Numeric(digits=(18, 4), null=True, default=None)
    date_value = Date(null=True, default=None)
    choice = ForeignKey(CustomChoice, null=True, default=None, on_delete=OnDelete.restrict)

    asset_value_once_a_field = Unique(["asset", "field"])
    asset_value_is_of_its_kind = Check(
        "(text_value IS NULL OR kind = 'text') AND (number_value IS NULL OR kind = 'number')"
        " AND (date_value IS NULL OR kind = 'date') AND (choice IS NULL OR kind = 'choice')"
    )
    asset_value_text_is_given = Check("btrim(text_value) <> ''")
