"""Webhooks: addresses of other programs that are told of what happens at a school."""
