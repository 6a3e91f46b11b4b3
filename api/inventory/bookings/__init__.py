"""Bookings, and the calendars of what can be booked."""
