"""Monitored devices and what is known of them."""
