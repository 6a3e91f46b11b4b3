"""Mail against a real server: taken, refused for now, refused for ever, not there."""

import pytest

from core.errors import Invalid, Unavailable
from core.mail import SUBJECT_MOST_LETTERS, Mail, Postponed, Undeliverable, is_address, send
from core.settings import MailSettings, Settings
from tests.postbox import Postbox


async def test_a_mail_arrives_in_chinese_with_one_line_of_subject(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    mail = Mail(
        "tech@school.example", "一号机房\r\nBcc: all@school.example", "交换机没有应答\n", "a1"
    )
    await send(settings, mail)
    (message,) = box.mail
    assert message["Subject"] == "一号机房 Bcc: all@school.example"
    assert message["Bcc"] is None
    assert message["Message-ID"] == "<a1@school.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().splitlines() == ["交换机没有应答"]


async def test_what_is_refused_for_ever_is_told_apart_from_what_may_be_tried_again(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    _, settings = postbox
    with pytest.raises(Undeliverable, match="550"):
        await send(settings, Mail("550@school.example", "s", "t"))
    with pytest.raises(Postponed):
        await send(settings, Mail("450@school.example", "s", "t"))


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("tech@school.example", True),
        ("first.last+alerts@mail-1.school.example", True),
        ("root@localhost", True),
        ("a@[b", False),  # which Python's own parser of headers falls over
        ("x,y@b", False),  # two mailboxes
        ("(@b", False),  # none
        ("a@", False),
        ("<a@b", False),
        ('"a b"@c', False),
        ("=?utf-8?q?x?=@b.", False),
        ("技术员@school.example", False),
        ("a@b\n", False),
        (f"{'x' * 250}@b.example", False),
    ],
)
async def test_an_address_is_one_mailbox_and_nothing_else(
    postbox: tuple[Postbox, MailSettings], text: str, is_one: bool
) -> None:
    box, settings = postbox
    assert is_address(text) is is_one
    if is_one:
        await send(settings, Mail(text, "s", "t"))
        assert [mail["To"] for mail in box.mail] == [text]
    else:
        with pytest.raises(Undeliverable):
            await send(settings, Mail(text, "s", "t"))


async def test_a_subject_is_no_longer_than_anybody_reads(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    await send(settings, Mail("tech@school.example", "长" * 10_000, "t"))
    assert len(box.mail[0]["Subject"]) == SUBJECT_MOST_LETTERS


async def test_a_server_without_encryption_gets_no_password(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, plain = postbox
    settings = MailSettings(plain.host, plain.port, plain.sender, "starttls", "user", "secret")
    with pytest.raises(Unavailable) as refused:
        await send(settings, Mail("tech@school.example", "s", "t"))
    assert box.mail == []
    assert "secret" not in str(refused.value) + repr(settings)


async def test_a_server_that_is_not_there_is_tried_again_later() -> None:
    with pytest.raises(Unavailable):
        await send(
            MailSettings("127.0.0.1", 9, "labshare@school.example", "none"),
            Mail("tech@school.example", "s", "t"),
        )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "starttls", "", "")),
        ("smtps://u:p%40ss@mail.example.org", ("mail.example.org", 465, "tls", "u", "p@ss")),
        ("smtp+plain://127.0.0.1:2525", ("127.0.0.1", 2525, "none", "", "")),
    ],
)
def test_the_server_is_read_from_its_address(url: str, expected: tuple[object, ...]) -> None:
    given = {"LABSHARE_SMTP_URL": url, "LABSHARE_MAIL_FROM": "a@b.example"}
    mail = Settings.from_environ(given).mail
    assert mail
    assert (mail.host, mail.port, mail.security, mail.user, mail.password) == expected


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://mail.example.org", "smtp://:x", "smtp://h:99999"]
)
def test_an_address_that_is_none_is_refused_with_the_setting_named(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        Settings.from_environ({"LABSHARE_SMTP_URL": url, "LABSHARE_MAIL_FROM": "a@b.example"})
    assert [error.field for error in refused.value.errors] == ["LABSHARE_SMTP_URL"]


def test_mail_without_a_sender_is_refused() -> None:
    with pytest.raises(Invalid):
        Settings.from_environ({"LABSHARE_SMTP_URL": "smtp://mail.example.org"})
