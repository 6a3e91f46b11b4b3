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


def become(uid: int, gid: int, may_pass_folders: bool, capabilities: list[int]) -> None:
    """Gives up root; keeps these capabilities, as far as this container has them.

    With `may_pass_folders` also the right to walk through closed folders.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    kept = [each for each in capabilities if has_capability(libc, each)]
    if may_pass_folders and (passing := passing_capability(libc)) is not None:
        kept.append(passing)
    if kept:
        # Keeps capabilities over setuid, and makes access(2) count them, which initdb calls.
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if kept:
        keep_only(libc, kept)


def passing_capability(libc: ctypes.CDLL) -> int | None:
    """The weaker of the two capabilities that do it, as far as this container allows them."""
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if has_capability(libc, capability):
            return capability
    return None


def has_capability(libc: ctypes.CDLL, capability: int) -> bool:
    return bool(libc.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1)


def keep_only(libc: ctypes.CDLL, capabilities: list[int]) -> None:
    bits = sum(1 << capability for capability in capabilities)  # all of them are below 32
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    effective_permitted_inheritable = (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)
    if libc.capset(header, effective_permitted_inheritable) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    for capability in capabilities:
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
        become(spec["uid"], spec["gid"], spec["may_pass_folders"], spec["capabilities"])
    # After setuid: a change of credentials clears the death signal.
    die_with(spec["parent"], spec["death_signal"])
    os.execv(spec["command"][0], spec["command"])  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main()
