"""A made-up pair of schools with a year behind it: for trying Labshare, never for real use."""
