"""The collector: files for a stick, and the texts that come back."""
