"""Uploads over tus 1.0."""
