"""Scans: what a scanned text means."""
