"""Places: buildings, rooms and cabinets."""
