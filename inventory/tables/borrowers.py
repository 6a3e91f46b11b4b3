"""Who can hold things without an account: classes and other groups, guests with a name."""

from typing import Any

from piccolo.columns import BigSerial, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, School


class BorrowerGroup(Table, tablename="borrower_group"):
    """A class of one school year, or a group such as a club; ``year`` is the one it begins in.

    A trigger reads ``folded``, ``grade`` and ``number`` off the name: 五(2)班, 五（2）班 and 五2班 are
    one. A class without a year is of the one that goes on.
    """

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    name = Varchar(length=120)
    folded = Text(default="")
    year = Integer(null=True, default=None)
    grade = Integer(null=True, default=None)
    number = Integer(null=True, default=None)
    teacher = ForeignKey(Person, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    # The class that it was in the year before.
    follows: ForeignKey[Any] = ForeignKey(
        "self", null=True, default=None, on_delete=OnDelete.restrict
    )
    retired_at = Timestamptz(null=True, default=None)

    borrower_group_has_a_name = Check("btrim(name) <> ''")
    borrower_group_year_is_one = Check("year BETWEEN 1980 AND 2100")
    borrower_group_class_has_a_year = Check("grade IS NULL OR year IS NOT NULL")
    borrower_group_follows_once = Unique(["follows"])
    borrower_group_id_school = Unique(["id", "school"])


class Guest(Table, tablename="guest"):
    """Somebody who borrows without an account: a name and how to reach them, until erased."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    name = Varchar(length=80)
    contact = Varchar(length=120)
    added_at = Timestamptz()
    erased_at = Timestamptz(null=True, default=None)

    guest_has_a_name_until_erased = Check("(btrim(name) = '') = (erased_at IS NOT NULL)")
    guest_erased_is_nobody = Check("erased_at IS NULL OR contact = ''")
    guest_id_school = Unique(["id", "school"])
