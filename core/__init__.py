"""What every domain stands on: settings, database, errors, clock, schools, people, sign-in."""
