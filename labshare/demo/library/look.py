"""The colour of a subject, the same in every kind of file."""

Colour = tuple[int, int, int]

COLOURS: dict[str, Colour] = {
    "information": (31, 95, 153),
    "robotics": (176, 83, 26),
    "mathematics": (98, 66, 148),
    "physics": (20, 116, 111),
    "chinese": (163, 45, 58),
    "english": (46, 112, 52),
    "technology": (120, 92, 20),
}
INK: Colour = (34, 40, 49)
PALE: Colour = (241, 243, 246)


def colour_of(subject: str) -> Colour:
    """A dark colour on which white letters can be read."""
    return COLOURS.get(subject, (70, 80, 95))
