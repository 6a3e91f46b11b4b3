"""The forms of an import, read: what its columns mean, and the answers to what is new."""

from collections.abc import Mapping as Given

import msgspec

from core.numbers import Id
from inventory.imports import AskedColumn, ImportJob, Mapping, NewName, Quantity
from inventory.models import AssetKind

MOST_ASKED = 60
# Each is asked about beside all places of the school.
MOST_RETIRED = 10
JOINED = ("model", "place")
# The answer that a word means nothing; undecided ones are not answered.
LEFT_EMPTY = "-"
# What is the same in all rows is asked for in fields of these names.
FOR_ALL = "all-"


class Join(msgspec.Struct, frozen=True):
    """A box to tick: a name of the file is another one."""

    field: str
    value: str
    name: str
    meant: str
    rows: int
    is_ticked: bool


class Kind(msgspec.Struct, frozen=True):
    """A new model and the kind that its words suggest, if any; ``options`` are the values to send."""

    name: str
    rows: int
    kind: str
    options: list[tuple[str, AssetKind]]


class Retired(msgspec.Struct, frozen=True):
    """A place out of use; ``options`` are the values to send if another place is meant."""

    id: int
    name: str
    rows: int
    options: list[tuple[str, str]]


class Answers(msgspec.Struct, frozen=True):
    """What was answered about the whole file."""

    quantity: Quantity | None = None
    makes_places: bool = False
    kinds: tuple[str, ...] = ()
    restores: tuple[Id, ...] = ()
    joins_model: tuple[str, ...] = ()
    joins_place: tuple[str, ...] = ()


def mapping_of(asked: list[AskedColumn], form: Given[str, str], keys: tuple[str, ...]) -> Mapping:
    """The mapping that the form of columns says."""
    values: dict[str, dict[str, str]] = {}
    for place, one in enumerate(asked):
        for number, word in enumerate(one.words):
            code = form.get(f"value-{place}-{number}", "").strip()
            if code and one.field:
                values.setdefault(one.field, {})[word.text] = "" if code == LEFT_EMPTY else code
    quantity = form.get("quantity", "")
    return Mapping(
        columns=chosen_fields(asked, form),
        values=values,
        keys=keys,
        quantity=Quantity(quantity) if quantity in set(Quantity) else None,
        for_all={
            name.removeprefix(FOR_ALL): text.strip()
            for name, text in form.items()
            if name.startswith(FOR_ALL)
        },
    )


def chosen_fields(asked: list[AskedColumn], form: Given[str, str]) -> dict[str, str]:
    """The field of each header."""
    return {
        one.column.header: form.get(f"column-{place}", "").strip()
        for place, one in enumerate(asked)
    }


def mapping_of_answers(answers: Answers) -> Mapping:
    """The same of the answers."""
    joins = {"model": answers.joins_model, "place": answers.joins_place}
    kinds = dict(map(_pair, filter(None, answers.kinds)))
    joined = {field: dict(map(_pair, filter(None, given))) for field, given in joins.items()}
    return Mapping(
        values={"kind": kinds} if kinds else {},
        quantity=answers.quantity,
        makes_places=answers.makes_places,
        joins=joined,
    )


def _pair(value: str) -> tuple[str, str]:
    try:
        return msgspec.json.decode(value, type=tuple[str, str])
    except msgspec.MsgspecError:
        return value, ""


def joins_of(job: ImportJob) -> list[Join]:
    """The boxes: what was joined already, and what may be one."""
    said = job.mapping.joins if job.mapping else {}
    found = {"model": job.findings.models, "place": job.findings.places}
    boxes = [
        Join(field, _value(name, meant), name, meant, 0, True)
        for field in JOINED
        for name, meant in said.get(field, {}).items()
    ]
    for field in JOINED:
        names: tuple[NewName, ...] = found[field]
        boxes += [
            Join(field, _value(one.name, near), one.name, near, one.rows, False)
            for one in names
            for near in one.near
        ]
    return boxes


def retired_of(job: ImportJob, in_use: list[str]) -> list[Retired]:
    """The places out of use that the file names, each with the places that may be meant instead."""
    return [
        Retired(one.id, one.name, one.rows, [(_value(one.written, path), path) for path in in_use])
        for one in job.findings.retired_places[:MOST_RETIRED]
    ]


def kinds_of(job: ImportJob) -> list[Kind]:
    """The new models whose kind no column says."""
    return [
        Kind(one.name, one.rows, one.kind, [(_value(one.name, kind), kind) for kind in AssetKind])
        for one in job.findings.models
        if one.kind is not None
    ][:MOST_ASKED]


def _value(name: str, meant: str) -> str:
    return msgspec.json.encode((name, meant)).decode()
