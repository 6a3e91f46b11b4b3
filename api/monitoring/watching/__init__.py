"""How a device is watched: its parent, hours and rules."""
