"""Repairs: reports of faults and work orders."""
