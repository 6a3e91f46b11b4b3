"""The days on which a school does otherwise than its week says."""
