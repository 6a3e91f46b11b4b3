"""Function rooms: lists of what they should hold, what they lack, and plans to close the gap."""
