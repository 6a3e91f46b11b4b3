"""Downloads and pictures."""
