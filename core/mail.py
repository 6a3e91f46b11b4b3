"""Mail, handed to the school's own server; what it took is its to deliver."""

import re
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import aiosmtplib
import msgspec

from core.connections import refuse_in_transaction
from core.errors import Message, Unavailable, say
from core.settings import MailSettings

PATIENCE_SECONDS = 30
REFUSED_FOR_EVER = range(500, 600)  # RFC 5321, 4.2.1: the same mail would be refused again
SUBJECT_MOST_LETTERS = 200
# One mailbox without quotes, comments or names: the form that every server takes, and that no
# header reads as two addresses or as none.
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_LABEL}(\.{_LABEL})*"
)


class Mail(msgspec.Struct, frozen=True):
    """One plain-text mail to one address. ``key`` makes a second delivery recognisable as such."""

    to: str
    subject: str
    text: str
    key: str = ""


class Undeliverable(Exception):
    """The server refuses this mail for ever; the text is its answer."""


class Postponed(Unavailable):
    """The server does not take this one mail now; others it may take."""


def is_address(text: str) -> bool:
    """Whether mail can be sent to it, as far as that can be seen."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


async def send(settings: MailSettings, mail: Mail) -> None:
    """Returns once the server has taken the mail.

    Unavailable when it can be tried again later (Postponed: others may pass meanwhile);
    Undeliverable when that would not help.
    """
    refuse_in_transaction("sending mail")
    if not is_address(mail.to):
        raise Undeliverable(f"not an address: {mail.to}")
    try:
        await aiosmtplib.send(
            _message(settings, mail),
            hostname=settings.host,
            port=settings.port,
            username=settings.user or None,
            password=settings.password or None,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            timeout=PATIENCE_SECONDS,
        )
    except aiosmtplib.SMTPRecipientsRefused as refused:
        raise _refusal(refused.recipients[0].code, refused.recipients[0].message) from refused
    except aiosmtplib.SMTPSenderRefused as refused:
        # Our own sender is wrong for every mail: a fault of the settings, to be mended.
        raise _later(refused.message) from refused
    except aiosmtplib.SMTPDataError as refused:
        raise _refusal(refused.code, refused.message) from refused
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _later(str(error)) from error


def _message(settings: MailSettings, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.sender
    message["To"] = mail.to
    # A header is one line: a name with a line end in it must not become another header.
    message["Subject"] = " ".join(mail.subject.split())[:SUBJECT_MOST_LETTERS]
    message["Date"] = formatdate(localtime=False)
    domain = settings.sender.rpartition("@")[2].strip("> ")
    message["Message-ID"] = f"<{mail.key}@{domain}>" if mail.key else make_msgid(domain=domain)
    # Machines that answer mail leave alone what says so (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _refusal(code: int, answer: str) -> Exception:
    if code in REFUSED_FOR_EVER:
        return Undeliverable(f"{code} {answer}")
    return Postponed(_not_taken(answer))


def _later(answer: str) -> Unavailable:
    return Unavailable(_not_taken(answer))


def _not_taken(answer: str) -> Message:
    return say("The mail server does not take mail: {answer}", answer=answer)
