"""Books: titles, copies, and how they come in by ISBN."""
