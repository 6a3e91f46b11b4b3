"""Signing in and out: the password, the second step, the session."""
