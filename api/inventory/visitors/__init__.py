"""Visitors: a thing by its label, for those without an account; and what they report."""
