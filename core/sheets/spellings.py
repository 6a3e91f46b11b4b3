"""Near-equal spellings of names: 联想 启天M415, 联想启天 M415 and lenovo 启天m415 are one."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec
from rapidfuzz import fuzz, process

from core.sheets.cells import folded

# Of more new names than these nobody looks through the near ones; equal ones are joined always.
MOST_COMPARED = 3_000
MOST_NEAR = 3
NEAR_ENOUGH = 85
SHORTEST_NEAR = 4
_BETWEEN = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"[0-9]+")


class KnownName(msgspec.Struct, frozen=True):
    """A row that is there already, by its id, and what it is called."""

    id: int
    name: str


class SpellingGroup(msgspec.Struct, frozen=True):
    """Names of a sheet that are one: the commonest spelling, and all with how often each occurs.

    ``same`` are rows with this very name, spaces, width and aliases apart. ``near`` may be meant: a
    person decides. ``near_groups`` are other groups of the sheet with nearly this name.
    """

    name: str
    spellings: dict[str, int]
    same: tuple[KnownName, ...] = ()
    near: tuple[KnownName, ...] = ()
    near_groups: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return sum(self.spellings.values())


def spelling_key(name: str, aliases: Mapping[str, str] | None = None) -> str:
    """The same for names that differ in case, width, spaces, strokes and aliases alone.

    What stands between two digits counts: 1-11, 11-1 and 111 are three names.

    ``aliases``: a word at the beginning, folded, and the one that stands for it (lenovo: 联想).
    """
    plain = folded(name)
    for word, other in (aliases or {}).items():
        rest = plain.removeprefix(word)
        # HP1020 begins with HP, and HPE is another one.
        if rest != plain and not (rest[:1].isascii() and rest[:1].isalpha()):
            plain = other + rest
            break
    return _BETWEEN.sub(_between, plain) or plain


def _between(found: re.Match[str]) -> str:
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return "-" if before.isdigit() and after.isdigit() else ""


def group_spellings(
    names: Mapping[str, int],
    known: Iterable[KnownName],
    *,
    aliases: Mapping[str, str] | None = None,
) -> tuple[SpellingGroup, ...]:
    """The names of a sheet, with how often each occurs, joined; the commonest group first.

    Takes one look-up for each name. Only names that nothing equals are compared, with those of the
    same digits: M415 is never near M425.
    """
    by_key: dict[str, dict[str, int]] = defaultdict(dict)
    for name, count in names.items():
        by_key[spelling_key(name, aliases)][name] = count
    rows: dict[str, list[KnownName]] = defaultdict(list)
    for row in known:
        rows[spelling_key(row.name, aliases)].append(row)
    new = [key for key in by_key if key not in rows]
    near = _near(new[:MOST_COMPARED], rows)
    near_new = _near(new[:MOST_COMPARED], new[:MOST_COMPARED])
    groups = [
        SpellingGroup(
            _commonest(spellings),
            spellings,
            tuple(rows.get(key, ())),
            tuple(row for other in near.get(key, ()) for row in rows[other]),
            tuple(_commonest(by_key[other]) for other in near_new.get(key, ())),
        )
        for key, spellings in by_key.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.count, group.name)))


def _commonest(spellings: Mapping[str, int]) -> str:
    return max(spellings, key=lambda name: (spellings[name], -len(name), name))


def _near(keys: Iterable[str], others: Iterable[str]) -> dict[str, list[str]]:
    by_digits: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for other in others:
        by_digits[_digits(other)].append(other)
    found: dict[str, list[str]] = {}
    for key in keys:
        if len(key) < SHORTEST_NEAR:
            continue
        hits = process.extract(
            key,
            by_digits.get(_digits(key), ()),
            scorer=fuzz.ratio,
            score_cutoff=NEAR_ENOUGH,
            limit=MOST_NEAR + 1,
        )
        found[key] = [hit[0] for hit in hits if hit[0] != key][:MOST_NEAR]
    return found


def _digits(key: str) -> tuple[str, ...]:
    return tuple(_DIGITS.findall(key))
