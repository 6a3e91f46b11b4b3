"""The fields of single rows at the desk where things come back: ``condition.TAG`` and so on."""

from litestar.datastructures import FormMultiDict, UploadFile

from core.errors import FieldError, Invalid, say
from inventory.assets import Condition
from inventory.custody import ReturnedRow

# Beside these a row's hidden field ``given.TAG`` holds its entry in the list.
ROW_FIELDS = ("condition", "missing_parts", "note")
CONDITIONS = {one.value: one for one in Condition}


def returned_rows(form: FormMultiDict, tags: list[str]) -> list[ReturnedRow]:
    """What was chosen and typed beside single rows that are still in the list; Invalid else."""
    given = _by_tag(form, "given")
    typed = {name: _by_tag(form, name) for name in ROW_FIELDS}
    listed = set(tags)
    rows = []
    for tag, entry in given.items():
        condition, parts, note = (typed[name].get(tag, "") for name in ROW_FIELDS)
        if entry not in listed or not (condition or parts or note):
            continue
        if condition and condition not in CONDITIONS:
            index = tags.index(entry)
            error = FieldError("tags", say("Choose one of the list"), "enum", index, entry)
            raise Invalid([error])
        rows.append(ReturnedRow(entry, CONDITIONS.get(condition), parts, note))
    return rows


def _by_tag(form: FormMultiDict, name: str) -> dict[str, str]:
    """The texts of the fields ``name.TAG``."""
    return {
        key.partition(".")[2]: text.strip()
        for key, text in form.multi_items()
        if key.startswith(f"{name}.") and not isinstance(text, UploadFile)
    }
