"""The one error of the engines; its text is a line for the person who started Labshare."""


class EngineFailed(Exception):
    """An engine could not be started or stopped."""
