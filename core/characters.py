"""Characters that are in no text that people read."""

import re

# Control characters but tab and line feed, halves of pairs, and what no XML holds (XML 1.0, 2.2).
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def without_control(text: str) -> str:
    """The text without control characters, halves of surrogate pairs, U+FFFE and U+FFFF."""
    return _CONTROL.sub("", text)
