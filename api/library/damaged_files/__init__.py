"""Files that the store no longer gives back whole."""
