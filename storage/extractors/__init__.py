"""Words and pictures out of files; every reader here runs in a process of its own, with limits."""
