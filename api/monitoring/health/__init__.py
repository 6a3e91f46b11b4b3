"""Whether monitoring itself is well, and what is set up once."""
