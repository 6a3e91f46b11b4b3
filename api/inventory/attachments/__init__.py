"""Photographs and papers of assets, models and donations."""
