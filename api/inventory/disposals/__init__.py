"""Disposals."""
