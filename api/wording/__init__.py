"""Stored codes, values and rows in the reader's language."""
