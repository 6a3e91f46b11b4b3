"""Donated equipment: from the gift to its end."""
