"""Which operations can refuse with a Conflict, read off the code that their handlers reach.

From a handler's function through every function and class of ours that its names lead to. A path
that is found may be one that no request takes; where none is found, there is none.
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from core import database
from core.errors import Conflict, Message

OURS = ("api", "core", "inventory", "monitoring", "storage")
# Turns the constraints that it is given into a Conflict; by itself it refuses nothing.
TURNS_CONSTRAINTS = (inspect.unwrap(database.refusing), inspect.unwrap(database.transaction))


def can_conflict(handler: Callable[..., Any]) -> bool:
    """Whether anything that the handler's function reaches makes a Conflict."""
    seen: set[int] = set()
    waiting: list[Any] = [_plain(handler)]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or one in TURNS_CONSTRAINTS:
            continue
        seen.add(id(one))
        if isinstance(one, type):
            waiting += [_plain(value) for value in vars(one).values() if _is_code(value)]
            continue
        names = list(_names_in(one))
        if any(_is_conflict(value) for value in names):
            return True
        if any(value in TURNS_CONSTRAINTS for value in map(_plain, names) if _is_code(value)) and (
            any(_is_refusals(value) for value in names)
        ):
            return True
        waiting += [_plain(value) for value in names if _is_code(value)]
    return False


def _plain(value: Any) -> Any:
    """The function behind decorators, methods, properties and partial calls."""
    if isinstance(value, staticmethod | classmethod | functools.partial):
        return _plain(value.__func__ if not isinstance(value, functools.partial) else value.func)
    if isinstance(value, property):
        return _plain(value.fget)
    return inspect.unwrap(value) if callable(value) else value


def _is_code(value: Any) -> bool:
    plain = _plain(value)
    known = isinstance(plain, FunctionType | type)
    return known and str(plain.__module__).partition(".")[0] in OURS


def _names_in(function: FunctionType) -> Iterator[Any]:
    """What the names in a function stand for: of its module, of modules it names, of its closure."""
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    for name in names & function.__globals__.keys():
        value = function.__globals__[name]
        yield value
        if isinstance(value, ModuleType) and value.__name__.partition(".")[0] in OURS:
            yield from (vars(value)[inner] for inner in names & vars(value).keys())
    for cell in function.__closure__ or ():
        yield cell.cell_contents
        # A handler that is made holds its verb in an object of the kit.
        if type(cell.cell_contents).__module__.partition(".")[0] in OURS:
            yield from getattr(cell.cell_contents, "__dict__", {}).values()


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _is_conflict(value: Any) -> bool:
    return isinstance(value, Conflict) or (isinstance(value, type) and issubclass(value, Conflict))


def _is_refusals(value: Any) -> bool:
    """Sentences by the names of constraints, some of them conflicts."""
    return isinstance(value, dict) and any(
        isinstance(one, Message | Conflict) for one in value.values()
    )
