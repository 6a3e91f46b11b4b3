"""The availability report."""
