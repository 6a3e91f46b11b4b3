"""Rooms by their seats."""
