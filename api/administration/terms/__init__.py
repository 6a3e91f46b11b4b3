"""Terms of a school."""
