"""Request and message ids that an outsider cannot guess."""

import os
from array import array

from monitoring.snmp.requests import MOST_ID

IDS_A_DRAW = 1024
LEAST_ID = 0x0080_0000  # below it an id would be shorter than its place in a template


class Ids:
    """Random ids of 31 bits, drawn from the system by the thousand: one by one costs ten times."""

    def __init__(self) -> None:
        self._drawn = array("I")

    def draw(self) -> int:
        while True:
            if not self._drawn:
                self._drawn.frombytes(os.urandom(IDS_A_DRAW * self._drawn.itemsize))
            drawn = self._drawn.pop() & MOST_ID
            if drawn >= LEAST_ID:
                return drawn
