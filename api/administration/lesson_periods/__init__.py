"""Lesson periods of a school's day."""
