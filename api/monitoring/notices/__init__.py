"""Mail about alerts: subscriptions and escalation."""
