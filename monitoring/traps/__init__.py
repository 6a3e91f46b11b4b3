"""Traps and informs: what devices report unasked, stored, counted, and turned into alerts."""
