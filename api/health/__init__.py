"""Whether this process is alive and ready, and its figures for Prometheus."""
