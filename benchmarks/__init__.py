"""What Labshare costs, measured beside the bare thing in the same run: docs/benchmarks.md."""
