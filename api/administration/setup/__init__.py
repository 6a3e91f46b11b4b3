"""The first visit to an empty installation."""
