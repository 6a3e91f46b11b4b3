"""People, schools, signing in, and what was changed."""
