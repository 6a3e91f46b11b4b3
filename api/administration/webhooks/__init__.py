"""Webhooks: their pages and their JSON."""
