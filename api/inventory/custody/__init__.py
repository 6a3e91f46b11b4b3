"""Custody: who has what."""
