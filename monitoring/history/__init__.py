"""What was measured, over time: roll-ups of samples, retention, charts and availability."""
