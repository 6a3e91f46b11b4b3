"""Imports of assets from spreadsheets."""
