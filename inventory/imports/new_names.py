"""Names of a file that no list has yet: models and places, each with how many rows name it."""

from collections.abc import Iterable, Mapping

import msgspec

from core.sheets import KnownName, group_spellings
from inventory.brand_names import ALIASES, model_key
from inventory.imports.kind_words import suggest_kind
from inventory.imports.shapes import NewName
from inventory.models import AssetKind, ModelFacts

MOST_SHOWN = 500


class NewModels:
    """The models that rows would add: one a spelling, however it is written in other rows."""

    def __init__(self) -> None:
        self._facts: dict[tuple[AssetKind, str], ModelFacts] = {}
        self.rows: dict[str, int] = {}
        # Of those whose kind no column says: what their words suggest, or nothing.
        self._kinds: dict[str, AssetKind | None] = {}

    def add(self, facts: ModelFacts) -> ModelFacts:
        """The model that a row means: as it was first written."""
        title = f"{facts.brand} {facts.name}".strip()
        first = self._facts.setdefault((facts.kind, model_key(title)), facts)
        title = f"{first.brand} {first.name}".strip()
        self.rows[title] = self.rows.get(title, 0) + 1
        return first

    def kind_of(self, title: str, said: str | None, name: str) -> AssetKind | None:
        """The kind of a new model that no column names: as a person ``said``, else as the words of
        its ``name`` or title suggest; it is asked about either way."""
        kind = AssetKind(said) if said else suggest_kind(name) or suggest_kind(title)
        self._kinds.setdefault(title, kind)
        if kind is None:
            self.rows[title] = self.rows.get(title, 0) + 1
        return kind

    def with_kinds(self, names: Iterable[NewName]) -> tuple[NewName, ...]:
        """The names with the kinds that are asked about."""
        asked = {model_key(title): kind for title, kind in self._kinds.items()}
        return tuple(
            msgspec.structs.replace(one, kind=asked[key] or "")
            if (key := model_key(one.name)) in asked
            else one
            for one in names
        )

    def find(self, kind: AssetKind | None, title: str) -> ModelFacts | None:
        """The one of this name that an earlier row brought."""
        key = model_key(title)
        kinds = AssetKind if kind is None else (kind,)
        found = [self._facts[one, key] for one in kinds if (one, key) in self._facts]
        return found[0] if len(found) == 1 else None


def with_near(names: Mapping[str, int], known: Iterable[tuple[int, str]]) -> tuple[NewName, ...]:
    """New names with those that may be meant, known ones first; the commonest come first."""
    groups = group_spellings(
        names, [KnownName(row_id, name) for row_id, name in known], aliases=ALIASES
    )
    return tuple(
        NewName(
            group.name,
            group.count,
            tuple(dict.fromkeys((*(one.name for one in group.near), *group.near_groups))),
        )
        for group in groups[:MOST_SHOWN]
    )
