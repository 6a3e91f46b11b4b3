"""One module a command; each says what it prints and leaves the doing to the domains."""
