"""The usage report, the idle list, and the story of a donation."""
