"""Devices registered, changed, paused and removed, with what ends when they go."""

from monitoring.registration.devices import (
    NewDevice,
    add_device,
    edit_device,
    pause_device,
    poll_now,
    remove_device,
    resume_device,
)

__all__ = [
    "NewDevice",
    "add_device",
    "edit_device",
    "pause_device",
    "poll_now",
    "remove_device",
    "resume_device",
]
