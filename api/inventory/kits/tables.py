"""The columns of the lists of kits and of what they lack, on their pages and in their files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.language import Language
from api.wording.words import word_of
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import kits
from inventory.kits import Kit, KitFilters, KitNeed, NeedFilters
from inventory.kits.reading import NEED_ORDERS, ORDERS


def _critical(row: KitNeed, speech: Language) -> str:
    return speech.gettext("Yes") if row.is_critical else ""


TABLE = ListTable[Kit](
    "kits",
    [
        Column("tag", say("Tag"), lambda row, _: row.tag),
        Column("name", say("Name"), lambda row, _: row.name, line="title"),
        Column(
            "state",
            say("State"),
            lambda row, speech: word_of(speech, "kit_state", row.state),
            line="state",
        ),
        Column("missing", say("Missing"), lambda row, _: row.missing, numeric=True),
        Column("damaged", say("Damaged"), lambda row, _: row.damaged, numeric=True),
        Column("place", say("Place"), lambda row, _: row.place, line="where"),
        Column("counted_at", say("Counted"), lambda row, _: row.counted_at),
        Column("school", say("School"), lambda row, _: row.school, names_school=True),
    ],
    ORDERS,
)
NEEDS = ListTable[KitNeed](
    "kit-needs",
    [
        Column("part", say("Name of the part"), lambda row, _: row.part),
        Column("model", say("Kit"), lambda row, _: row.model, line="where"),
        Column("missing", say("Missing"), lambda row, _: row.missing, line="state", numeric=True),
        Column("damaged", say("Damaged"), lambda row, _: row.damaged, numeric=True),
        Column("kits", say("In so many kits"), lambda row, _: row.kits, numeric=True),
        Column("is_critical", say("Cannot be used without it"), _critical),
        Column("substitutes", say("What does as well"), lambda row, _: row.substitutes),
        Column("school", say("School"), lambda row, _: row.school, names_school=True),
    ],
    NEED_ORDERS,
)
FILES = [
    *list_files(
        TABLE,
        KitFilters,
        kits.list_kits,
        csv=urls.kits_csv,
        xlsx=urls.kits_xlsx,
        read=READ_EQUIPMENT,
    ),
    *list_files(
        NEEDS,
        NeedFilters,
        kits.list_needs,
        csv=urls.kit_needs_csv,
        xlsx=urls.kit_needs_xlsx,
        read=READ_EQUIPMENT,
    ),
]
