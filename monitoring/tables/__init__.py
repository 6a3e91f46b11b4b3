"""Rows of monitoring/ and their rules; samples and what Piccolo cannot say are in the raw migrations."""
