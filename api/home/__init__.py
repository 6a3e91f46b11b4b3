"""The first page after signing in, the search over everything, the language switch."""
