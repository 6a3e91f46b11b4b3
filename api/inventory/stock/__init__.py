"""Stock of parts."""
