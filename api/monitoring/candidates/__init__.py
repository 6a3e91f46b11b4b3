"""What searches found, and what people decide about it."""
