"""Classes of GB/T 14885, 固定资产等资产基础分类与代码: of assets, and of models for theirs."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated

import msgspec

from core.errors import FieldError, Invalid, say

# A code means nothing without its edition.
CLASS_EDITIONS = ("GB/T 14885-2022", "GB/T 14885-2010")
PLAIN = re.compile(r"[A-Z]?[0-9]{1,15}")
NOT_PLAIN = say("A class code is digits, with one letter before them at most")

ClassCode = Annotated[str, msgspec.Meta(description="Of the standard, such as A02010105")]

REFUSALS = {
    "asset_class_has_an_edition": Invalid.of(
        "class_edition", say("A class code needs the edition of its standard"), code="edition"
    ),
    "asset_class_code_is_plain": Invalid.of("class_code", NOT_PLAIN, code="class"),
}


def completed(given: Mapping[str, object]) -> dict[str, object]:
    """Fields with what follows from a code: no edition without one; without an edition it is of the
    present one."""
    fields = dict(given)
    if "class_code" in fields:
        code = str(fields["class_code"]).upper()
        fields["class_code"] = code
        if not code:
            fields["class_edition"] = ""
        elif fields.get("class_edition", CLASS_EDITIONS[0]) == "":
            fields["class_edition"] = CLASS_EDITIONS[0]
    return fields


def find_edition(text: str) -> str | None:
    """The edition that 2022, GB/T 14885—2022 or the like means."""
    wanted = _plain(text)
    return next((one for one in CLASS_EDITIONS if _plain(one).endswith(wanted)), None)


def wrong_class(code: str) -> list[FieldError]:
    """What is wrong with a code that is given."""
    if not code or PLAIN.fullmatch(code):
        return []
    return [FieldError("class_code", NOT_PLAIN, "class")]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).upper().split())
