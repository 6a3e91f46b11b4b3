"""The engines Labshare brings along: PostgreSQL and SeaweedFS, run as children of the service."""
