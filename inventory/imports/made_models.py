"""The models that the rows of an import bring, made before the rows are written."""

from collections.abc import Sequence

import msgspec

from inventory.imports.importers import Made, Staged
from inventory.models import ModelFacts, ensure_models


class MadeModels:
    """The ids of models by what rows say of them; those that were not there are noted as made."""

    def __init__(self, made: Made) -> None:
        self._made = made
        self._ids: dict[str, int] = {}

    async def make(self, rows: Sequence[Staged]) -> None:
        """Those of rows that name a new one, in a short transaction of the caller."""
        facts = [_facts(row) for row in rows if "model" in row.change]
        new = [one for one in facts if _key(one) not in self._ids]
        if new:
            ids, made = await ensure_models(new)
            self._made.add("asset_model", made)
            self._ids |= {_key(one): row_id for one, row_id in zip(new, ids, strict=True)}

    def of(self, row: Staged) -> dict[str, int]:
        """The column ``model`` of a row that brings its model; of any other nothing."""
        return {"model": self._ids[_key(_facts(row))]} if "model" in row.change else {}


def _facts(row: Staged) -> ModelFacts:
    return msgspec.convert(row.change["model"], ModelFacts)


def _key(facts: ModelFacts) -> str:
    return "\n".join((facts.kind, facts.brand, facts.name))
