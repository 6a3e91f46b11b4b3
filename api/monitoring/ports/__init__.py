"""Ports of switches."""
