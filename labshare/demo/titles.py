"""What is written of the demo's book titles: made-up ISBNs, authors and years, real classes."""

from stdnum import ean

from labshare.demo.catalogue import BOOKS, Model

# Chinese Library Classification, one class a title in the order of the catalogue.
CLASSES = (
    "TP311.1", "TP301.6", "TP242", "TM13", "O1", "O174", "O123", "O3", "O43", "O6",
    "H319.4", "H314", "I222", "H119.4", "H152", "K928", "K208", "TP393.08", "TP317.1", "TP391.41",
    "TB47", "TN0", "G40-015", "G479",
)  # fmt: skip


def facts_of(model: Model) -> tuple[str | None, str, int | None, str]:
    """ISBN, author, year and call number of a model; of what is no book, nothing."""
    kind, _, name = model
    if kind != "book":
        return None, "", None, ""
    number = BOOKS.index(name)
    isbn = f"97875099{number:04}"
    return (
        isbn + ean.calc_check_digit(isbn),
        "本书编写组",
        2015 + number % 9,
        f"{CLASSES[number]}/{number + 1}",
    )
