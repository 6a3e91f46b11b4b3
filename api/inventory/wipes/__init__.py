"""Wipes and their verification."""
