"""Mails about bookings that cannot be kept as things stand, or can be kept again."""

from typing import Any

import msgspec

from core import mail
from core.database import fetch_one
from core.errors import Message, say
from core.mail import Mail
from core.outbox import Handler
from core.settings import MailSettings, Settings
from inventory.code_words import CODES
from inventory.holds.warnings import TOPIC, BookingWarning
from labshare.stationery import FaceStationery


class _Booking(msgspec.Struct):
    """What the mail says of a booking, and to whom it goes."""

    what: str
    starts_at: str
    email: str
    locale: str


# To the address at which the person is reminded; everybody reads it at home in any case.
BOOKING = """
SELECT coalesce(pp.path, asset_title(a.name, m.brand, m.name)) AS what,
       to_char(h.starts_at AT TIME ZONE s.zone, 'YYYY-MM-DD HH24:MI') AS starts_at,
       p.reminder_email AS email, p.locale
  FROM hold h JOIN school s ON s.id = h.school JOIN person p ON p.id = h.person
  LEFT JOIN asset a ON a.id = h.asset
  LEFT JOIN asset_model m ON m.id = coalesce(h.model, a.model)
  LEFT JOIN place_path pp ON pp.place = h.place
 WHERE h.id = $1 AND h.closed_at IS NULL AND h.ends_at > now() AND p.closed_at IS NULL
   AND p.reminder_email <> ''
"""


def sending_handlers(settings: Settings) -> dict[str, Handler]:
    """What becomes of a warning: a mail to whoever has an address, else nothing more."""

    async def act(payload: dict[str, Any]) -> None:
        warning = msgspec.convert(payload, BookingWarning)
        booking = await fetch_one(_Booking, BOOKING, warning.hold_id)
        if settings.mail is not None and booking is not None:
            await _send(settings.mail, FaceStationery(settings.base_url), warning, booking)

    return {TOPIC: act}


async def _send(
    settings: MailSettings, face: FaceStationery, warning: BookingWarning, booking: _Booking
) -> None:
    subject = face.words(booking.locale, _subject(warning, booking))
    link = face.booking_link(warning.hold_id)
    await mail.send(
        settings,
        Mail(
            to=booking.email,
            subject=subject,
            text="\n\n".join(part for part in (subject, link) if part),
            key=f"booking-{warning.hold_id}-{warning.trouble or 'fine'}",
        ),
    )


def _subject(warning: BookingWarning, booking: _Booking) -> Message:
    facts = {"what": booking.what, "when": booking.starts_at}
    if warning.trouble is None:
        return say("Your booking of {what} on {when} stands again", **facts)
    why = CODES["booking_trouble"][warning.trouble].label
    return say("Your booking of {what} on {when} cannot be kept: {why}", **facts, why=why)
