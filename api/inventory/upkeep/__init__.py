"""What models and donations cost in repairs and downtime."""
