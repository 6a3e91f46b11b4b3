"""Asset models: the kinds of things."""
