"""Custom fields of assets."""
