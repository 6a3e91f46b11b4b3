"""Maintenance windows: when faults are expected, so that nobody is notified of them."""
