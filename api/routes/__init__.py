"""The JSON face, /api/v1."""
