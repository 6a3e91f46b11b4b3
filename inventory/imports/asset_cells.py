"""The cells of one row of a list of assets, as values of an asset's fields."""

import msgspec

from core.errors import say
from core.sheets.cells import is_rounded, read_prose, read_text
from inventory.asset_columns import Column
from inventory.assets.shapes import Condition, LifecycleState
from inventory.assets.writing import FIRST_STATES, TEXTS
from inventory.imports import book_columns
from inventory.imports.books import Books, Known
from inventory.imports.importers import Order
from inventory.imports.mapped_cells import MappedCells
from inventory.imports.new_places import NewPlaces, place_path
from inventory.imports.shapes import RetiredPlace


class AssetCells:
    """Reads rows one after the other; remembers which of their places are in no list."""

    def __init__(self, order: Order, books: Books) -> None:
        self.order = order
        self.books = books
        self.new_places = NewPlaces()
        self.retired: dict[int, RetiredPlace] = {}

    def read(
        self, cells: MappedCells, serial: str | None, known: Known | None
    ) -> tuple[dict[str, object], str | None]:
        """The values of the cells that are filled in; an empty cell changes nothing."""
        given: dict[str, object] = {}
        if serial:
            given["serial_number"] = serial
        for column in (Column.name, Column.note, Column.serial_number):
            if column is Column.serial_number and is_rounded(cells[column]):
                continue
            text = cells.read(column, read_prose if column is Column.note else read_text) or ""
            if error := TEXTS[column].find_error(column, text):
                cells.complain(column, error.message)
            elif text and column is not Column.serial_number:
                given[column.value] = text
        given.update(book_columns.read(cells, known))
        place_path = self._read_place(cells, given, known)
        self._read_states(cells, given, known)
        school = cells.text(Column.school)
        if school and school.casefold() != self.books.school_code.casefold():
            message = say("This import is for {school}", school=self.books.school_code)
            cells.complain(Column.school, message)
        return given, place_path

    def _read_place(
        self, cells: MappedCells, given: dict[str, object], known: Known | None
    ) -> str | None:
        """The place in the list; else its path, if it shall be made."""
        text = cells.text(Column.place)
        if not text:
            return None
        joined = self.order.joined("place", text)
        text = joined or text
        found = self.books.find_places(joined or cells[Column.place], text)
        if known is not None and known.place_id in found:
            # Of several rooms of this name it is in one already.
            return None
        if len(found) == 1:
            given["place_id"] = found[0]
            return None
        if found:
            message = say("Several places are called {place}; write building / room", place=text)
            cells.complain(Column.place, message)
            return None
        path = place_path(text)
        if path is None:
            cells.complain(Column.place, say("{place} is no name of a place", place=text))
            return None
        if (retired := self.books.find_retired(path)) is not None:
            before = self.retired.get(retired.id, retired)
            self.retired[retired.id] = msgspec.structs.replace(
                before, rows=before.rows + 1, written=before.written or text
            )
            message = say(
                "{place} is out of use: take it back into use, or write another place",
                place=retired.name,
            )
            cells.complain(Column.place, message)
            return None
        path = self.new_places.add(path)
        if not self.order.makes_places:
            message = say("There is no place {place}; add it, or have it made", place=text)
            cells.complain(Column.place, message)
        return path

    def _read_states(
        self, cells: MappedCells, given: dict[str, object], known: Known | None
    ) -> None:
        text = cells[Column.condition]
        if text:
            condition = cells.word(Column.condition)
            if condition is None:
                message = say("“{text}” is no condition that we know", text=text)
                cells.complain(Column.condition, message)
            elif condition:
                given["condition"] = Condition(condition)
        text = cells[Column.lifecycle]
        word = cells.word(Column.lifecycle)
        if not text or word == "":
            return
        state = LifecycleState(word) if word else None
        if state is None:
            cells.complain(Column.lifecycle, say("“{text}” is no state that we know", text=text))
        elif known is None and state not in FIRST_STATES:
            cells.complain(Column.lifecycle, say("A new asset cannot begin in this state"))
        elif known is not None and state is not known.lifecycle:
            message = say("An import changes no states; do it on the page of {tag}", tag=known.tag)
            cells.complain(Column.lifecycle, message)
        elif known is None:
            given["lifecycle"] = state
