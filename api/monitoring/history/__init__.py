"""The past of a device: charts and values."""
