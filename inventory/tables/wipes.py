"""What a second person saw of a wipe, and the papers that keep the names of their day."""

from piccolo.columns import JSONB, BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, School
from inventory.tables.assets import Asset, AssetWipe
from inventory.tables.disposals import Disposal


class WipeVerification(Table, tablename="wipe_verification"):
    """What another person than the one who recorded a wipe saw of it; append-only."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, on_delete=OnDelete.restrict)
    wipe = ForeignKey(AssetWipe, null=False, on_delete=OnDelete.restrict)
    result = Varchar(length=8)
    looked_at = Varchar(length=400)
    verified_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    verified_at = Timestamptz()

    wipe_verification_once = Unique(["wipe"])
    wipe_verification_result_is_known = Check("result IN ('passed','failed')")
    wipe_verification_looked_at_something = Check("btrim(looked_at) <> ''")


class Certificate(Table, tablename="certificate"):
    """What a certificate of a disposal or of a wipe said on its day; append-only.

    ``facts`` are the row that its page shows, with the names and titles of that day.
    """

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    disposal = ForeignKey(Disposal, null=True, default=None, on_delete=OnDelete.restrict)
    wipe = ForeignKey(AssetWipe, null=True, default=None, on_delete=OnDelete.restrict)
    facts = JSONB()
    issued_at = Timestamptz()

    certificate_once_a_disposal = Unique(["disposal"])
    certificate_once_a_wipe = Unique(["wipe"])
    certificate_is_of_one = Check("num_nonnulls(disposal, wipe) = 1")
