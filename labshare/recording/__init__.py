"""Walks of real devices, for a new profile: recorded, made anonymous, and read again as a visit."""
