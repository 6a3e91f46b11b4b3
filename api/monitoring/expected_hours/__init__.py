"""Expected hours."""
