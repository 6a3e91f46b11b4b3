"""One calendar of what is taken for a time: bookings, repairs, exams, stock-takes, transfers."""
