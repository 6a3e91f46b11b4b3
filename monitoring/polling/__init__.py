"""Visits to devices: claimed when due, planned or full, judged, stored in batches."""
