"""Columns as spreadsheet programs name them."""


def letter_of(column: int) -> str:
    """The letters of a column that counts from 0: A, Z, AA."""
    letters = ""
    left = column + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_of_cell(name: str) -> tuple[int, int]:
    """The line, from 1, and the column, from 0, of a cell such as C5."""
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(name[len(letters) :]), column - 1
