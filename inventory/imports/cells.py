"""The cells of one row of an asset file, by their columns."""

from core.errors import Message, say
from inventory import serials
from inventory.asset_columns import Column, column_of
from inventory.imports.files import RawRow
from inventory.imports.shapes import Remark


class RowCells:
    """One row's cells by column, and the complaints about them."""

    def __init__(self, row: RawRow) -> None:
        self.headers = {column_of(header): header for header in row.cells}
        self.texts = {column_of(header): text for header, text in row.cells.items()}
        self.remarks: list[Remark] = []

    def __getitem__(self, column: Column) -> str:
        return self.texts.get(column, "")

    def refuse_rounded(self, column: Column) -> None:
        """Refuse a number of which a spreadsheet program kept the first 15 digits only."""
        if serials.is_rounded(self[column]):
            self.complain(
                column,
                say(
                    "A spreadsheet made a number of this and lost its last digits ({text})."
                    " Format the column as text, type the numbers again and save the file anew",
                    text=self[column],
                ),
            )

    def complain(self, column: Column, message: Message) -> None:
        self.remarks.append(Remark(self.headers.get(column, column.value), message))
