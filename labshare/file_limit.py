"""How many files and connections a process of ours, and what it starts, may have open."""

import resource

# Systems give 1,024 unless asked; a school's connections, engines and files want more.
WANTED = 65_536


def raise_file_limit(wanted: int = WANTED) -> int:
    """Raise our own limit to ``wanted``, or as far as the system lets us; the limit that holds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    target = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= target:
        return wanted if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
    return target
