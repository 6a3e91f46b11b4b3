"""Networks and the searches in them."""
