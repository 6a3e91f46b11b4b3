"""Written once for every noun: forms, lists, choices, rendering, the sentence after a redirect."""
