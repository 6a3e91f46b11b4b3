"""Maintenance plans."""
