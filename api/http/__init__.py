"""HTTP itself: what every request passes, how bodies and ranges are read, how refusals are answered."""
