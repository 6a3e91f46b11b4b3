"""How much equipment is used: the usage report's hours, idleness, and the idle list."""
