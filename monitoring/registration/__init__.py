"""Devices registered, changed, paused and removed, with what ends when they go."""

from monitoring.registration.devices import (
    NewDevice,
    create_device,
    pause_device,
    poll_now,
    remove_device,
    resume_device,
    update_device,
)

__all__ = [
    "NewDevice",
    "create_device",
    "pause_device",
    "poll_now",
    "remove_device",
    "resume_device",
    "update_device",
]
