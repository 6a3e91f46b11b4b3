"""Rows of monitoring/ and their rules."""
