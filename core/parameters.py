"""Named parameters: ``:name`` in a statement, where PostgreSQL's protocol knows only $1, $2, …"""

import re
from collections.abc import Mapping
from functools import lru_cache

# What may hold a colon without naming a parameter comes first: texts, quoted names, comments, casts.
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|::|:(?P<name>[a-z_][a-z0-9_]*)")


@lru_cache(maxsize=2048)
def _compiled(sql: str) -> tuple[str, tuple[str, ...]]:
    names: dict[str, int] = {}

    def numbered(token: re.Match[str]) -> str:
        name = token["name"]
        return f"${names.setdefault(name, len(names) + 1)}" if name else token[0]

    return _TOKEN.sub(numbered, sql), tuple(names)


def numbered(sql: str, values: Mapping[str, object]) -> tuple[str, tuple[object, ...]]:
    """The statement with numbers for names, and the values in their order.

    A name may be used often and is sent once. TypeError if one has no value or a value no name.
    """
    text, names = _compiled(sql)
    if names and set(names) == values.keys():
        return text, tuple(values[name] for name in names)
    missing = [name for name in names if name not in values]
    unused = [name for name in values if name not in names]
    if missing or unused:
        raise TypeError(f"parameters without a value: {missing}; without a place: {unused}")
    return text, ()
