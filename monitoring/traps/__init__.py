"""Traps and informs: what devices say unasked, kept, counted, and turned into alerts."""
