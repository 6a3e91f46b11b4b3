"""Starts one program as a child that can't outlive its parent: `launch.py SPEC`, a JSON object.

Run by path with `python -I -S`, so it imports nothing of Labshare. It drops root if it is told to,
asks the kernel for a signal at the parent's death, and then becomes the program: no process stays
in between.
"""

import ctypes
import json
import os
import sys

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
PR_CAPBSET_READ = 23
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION_3 = 0x20080522


def become(uid: int, gid: int, may_pass_folders: bool) -> None:
    """Gives up root; with `may_pass_folders` keeps only the right to walk through closed folders."""
    libc = ctypes.CDLL(None, use_errno=True)
    capability = passing_capability(libc) if may_pass_folders else None
    if capability is not None:
        # Keeps capabilities over setuid, and makes access(2) count them, which initdb calls.
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if capability is not None:
        keep_only(libc, capability)


def passing_capability(libc: ctypes.CDLL) -> int | None:
    """The weaker of the two capabilities that do it, as far as this container allows them."""
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if libc.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1:
            return capability
    return None


def keep_only(libc: ctypes.CDLL, capability: int) -> None:
    bit = 1 << capability
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    effective_permitted_inheritable = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    if libc.capset(header, effective_permitted_inheritable) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    if libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_CAP_AMBIENT)")


def die_with(parent: int, signal_number: int) -> None:
    """Asks for the signal at the parent's death (Linux), and leaves if it died before we asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main() -> None:
    spec = json.loads(sys.argv[1])
    os.umask(0o077)
    if spec["uid"] is not None:
        become(spec["uid"], spec["gid"], spec["may_pass_folders"])
    # After setuid: a change of credentials clears the death signal.
    die_with(spec["parent"], spec["death_signal"])
    os.execv(spec["command"][0], spec["command"])  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main()
