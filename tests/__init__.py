"""Tests mirror the packages; each name is a sentence about one behaviour."""
