"""Labels: printed codes, and where one leads."""
