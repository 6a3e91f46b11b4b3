"""Messages from devices."""
