"""Maintenance windows: when faults are expected, so that nobody is told of them."""
