"""The library of teaching resources."""
