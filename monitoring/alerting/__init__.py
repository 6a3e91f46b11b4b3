"""From findings to the people who mend them: rules, thresholds, alerts, and what holds them back."""
