"""Settings, read once at an entry point and passed on as values."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from core.errors import Invalid, say

DEFAULT_DATA = "data"
DEFAULT_POLL_CONCURRENCY = 300
DEFAULT_KEEP_SAMPLES_DAYS = 30
DEFAULT_KEEP_HOURS_DAYS = 400
DEFAULT_KEEP_SECURITY_DAYS = 365
DEFAULT_UPLOAD_MAX_BYTES = 2 * 1024**3
DEFAULT_KEEP_FREE_BYTES = 256 * 1024**2
# A whole school may share one address: sixty browsers with eight connections each.
DEFAULT_CONNECTIONS_PER_ADDRESS = 512
# What no router of the internet forwards (RFC 1918, RFC 6598, RFC 4193): schools' own equipment.
PRIVATE_NETWORKS = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
MAIL_SCHEMES = {"smtp": ("starttls", 587), "smtps": ("tls", 465), "smtp+plain": ("none", 25)}


class S3Settings(msgspec.Struct, frozen=True):
    """One bucket of an S3 endpoint; ``public_url`` is where browsers reach it, if they may.

    ``sync_folder`` is on the file system that holds the store's files, if that is mounted here;
    of that ``keep_free_bytes`` stay free of files.
    """

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str = "labshare"
    region: str = "us-east-1"
    public_url: str | None = None
    sync_folder: Path | None = None
    keep_free_bytes: int = DEFAULT_KEEP_FREE_BYTES

    def __repr__(self) -> str:
        return f"S3Settings(endpoint={self.endpoint!r}, bucket={self.bucket!r})"


class MailSettings(msgspec.Struct, frozen=True):
    """The server that takes our mail, and from whom it is.

    ``security`` is ``tls`` from the first byte (port 465), ``starttls`` required before anything
    is said, or ``none`` for a server on this machine.
    """

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"MailSettings(host={self.host!r}, port={self.port!r}, sender={self.sender!r})"


Networks = tuple[IPv4Network | IPv6Network, ...]


class Settings(msgspec.Struct, frozen=True):
    """Everything that differs between one installation and the next (docs/running.md)."""

    data: Path = Path(DEFAULT_DATA)
    database_url: str | None = None
    s3: S3Settings | None = None
    secret_key: str = ""
    # What secrets may still be encrypted with, until `labshare key rotate` has encrypted them anew.
    previous_secret_key: str = ""
    base_url: str = ""
    poll_concurrency: int = DEFAULT_POLL_CONCURRENCY
    keep_samples_days: int = DEFAULT_KEEP_SAMPLES_DAYS
    keep_hours_days: int = DEFAULT_KEEP_HOURS_DAYS
    keep_security_days: int = DEFAULT_KEEP_SECURITY_DAYS
    upload_max_bytes: int = DEFAULT_UPLOAD_MAX_BYTES
    keep_free_bytes: int = DEFAULT_KEEP_FREE_BYTES
    mail: MailSettings | None = None
    networks: tuple[IPv4Network | IPv6Network, ...] = PRIVATE_NETWORKS
    # Where messages may go beside the internet and private networks; this machine, in tests.
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    trap_address: tuple[str, int] | None = None
    # Who may say in X-Forwarded-For for whom they ask: addresses and networks, or "*" for all.
    proxies: tuple[str, ...] = ()
    connections_per_address: int = DEFAULT_CONNECTIONS_PER_ADDRESS
    log: str = "text"

    def __repr__(self) -> str:
        return f"Settings(data={str(self.data)!r}, s3={self.s3!r}, base_url={self.base_url!r})"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where files of ours, of the database and of the store may lie on this machine."""
        stored = (self.s3.sync_folder,) if self.s3 and self.s3.sync_folder else ()
        return (self.data, self.data / "postgres", *stored)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read ``LABSHARE_*``; an empty variable counts as unset, a wrong one raises Invalid."""
        given = {name: value for name, value in environ.items() if value}
        return cls(
            data=Path(given.get("LABSHARE_DATA", DEFAULT_DATA)),
            database_url=given.get("LABSHARE_DATABASE_URL"),
            s3=_s3(given),
            secret_key=given.get("LABSHARE_SECRET_KEY", ""),
            previous_secret_key=given.get("LABSHARE_PREVIOUS_SECRET_KEY", ""),
            base_url=given.get("LABSHARE_BASE_URL", "").rstrip("/"),
            poll_concurrency=_count(given, "LABSHARE_POLL_CONCURRENCY", DEFAULT_POLL_CONCURRENCY),
            keep_samples_days=_count(
                given, "LABSHARE_KEEP_SAMPLES_DAYS", DEFAULT_KEEP_SAMPLES_DAYS
            ),
            keep_hours_days=_count(given, "LABSHARE_KEEP_HOURS_DAYS", DEFAULT_KEEP_HOURS_DAYS),
            keep_security_days=_count(
                given, "LABSHARE_KEEP_SECURITY_DAYS", DEFAULT_KEEP_SECURITY_DAYS
            ),
            upload_max_bytes=_count(given, "LABSHARE_UPLOAD_MAX_BYTES", DEFAULT_UPLOAD_MAX_BYTES),
            keep_free_bytes=_count(given, "LABSHARE_KEEP_FREE_BYTES", DEFAULT_KEEP_FREE_BYTES),
            mail=_mail(given),
            networks=_networks(given, "LABSHARE_NETWORKS", PRIVATE_NETWORKS),
            webhook_networks=_networks(given, "LABSHARE_WEBHOOK_NETWORKS", ()),
            trap_address=_address(given, "LABSHARE_TRAP_ADDRESS"),
            proxies=_proxies(given, "LABSHARE_PROXIES"),
            connections_per_address=_count(
                given, "LABSHARE_CONNECTIONS_PER_ADDRESS", DEFAULT_CONNECTIONS_PER_ADDRESS
            ),
            log=_one_of(given, "LABSHARE_LOG", ("text", "json")),
        )


def _s3(given: Mapping[str, str]) -> S3Settings | None:
    if "LABSHARE_S3_ENDPOINT" not in given:
        return None
    for name in ("LABSHARE_S3_ACCESS_KEY", "LABSHARE_S3_SECRET_KEY"):
        if name not in given:
            raise Invalid.of(name, say("{name} must be set beside LABSHARE_S3_ENDPOINT", name=name))
    return S3Settings(
        endpoint=given["LABSHARE_S3_ENDPOINT"],
        access_key=given["LABSHARE_S3_ACCESS_KEY"],
        secret_key=given["LABSHARE_S3_SECRET_KEY"],
        bucket=given.get("LABSHARE_S3_BUCKET", "labshare"),
        region=given.get("LABSHARE_S3_REGION", "us-east-1"),
        public_url=given.get("LABSHARE_S3_PUBLIC_URL"),
        sync_folder=Path(folder) if (folder := given.get("LABSHARE_S3_SYNC_FOLDER")) else None,
        keep_free_bytes=_count(given, "LABSHARE_KEEP_FREE_BYTES", DEFAULT_KEEP_FREE_BYTES),
    )


def _mail(given: Mapping[str, str]) -> MailSettings | None:
    """``smtp://user:password@host:port`` (STARTTLS), ``smtps://`` (TLS) or ``smtp+plain://``."""
    name = "LABSHARE_SMTP_URL"
    if name not in given:
        return None
    if not given.get("LABSHARE_MAIL_FROM"):
        needed = "LABSHARE_MAIL_FROM"
        raise Invalid.of(needed, say("{name} must be set beside LABSHARE_SMTP_URL", name=needed))
    try:
        url = urlsplit(given[name])
        security, usual_port = MAIL_SCHEMES[url.scheme]
        port = url.port or usual_port
    except (KeyError, ValueError):
        url, security, port = urlsplit(""), "", 0
    if not url.hostname:
        raise Invalid.of(name, say("{name} must look like smtp://mail.example.org", name=name))
    return MailSettings(
        host=url.hostname,
        port=port,
        sender=given["LABSHARE_MAIL_FROM"],
        security=security,
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
    )


def _count(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise Invalid.of(name, say("{name} must be a whole number above zero", name=name))
    return int(text)


def _networks(given: Mapping[str, str], name: str, usual: Networks) -> Networks:
    if name not in given:
        return usual
    try:
        return tuple(ip_network(text.strip()) for text in given[name].split(",") if text.strip())
    except ValueError as error:
        raise Invalid.of(
            name,
            say("{name} must be networks such as 10.20.0.0/16, with commas between", name=name),
        ) from error


def _proxies(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    texts = tuple(text.strip() for text in given.get(name, "").split(",") if text.strip())
    try:
        return texts if texts == ("*",) else tuple(str(ip_network(text)) for text in texts)
    except ValueError as error:
        raise Invalid.of(
            name,
            say("{name} must be addresses such as 127.0.0.1, with commas between, or *", name=name),
        ) from error


def _address(given: Mapping[str, str], name: str) -> tuple[str, int] | None:
    """An IP address and a port; IPv6 in brackets, as in ``[::]:1162``."""
    if name not in given:
        return None
    host, _, port = given[name].strip().rpartition(":")
    wrong = Invalid.of(name, say("{name} must be an address such as 0.0.0.0:1162", name=name))
    is_v6 = host.startswith("[") and host.endswith("]")
    try:
        address = ip_address(host[1:-1] if is_v6 else host)
    except ValueError as error:
        raise wrong from error
    if (address.version == 6) != is_v6 or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise wrong
    return str(address), int(port)


def _one_of(given: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = given.get(name, choices[0])
    if value not in choices:
        raise Invalid.of(
            name, say("{name} must be one of: {choices}", name=name, choices=", ".join(choices))
        )
    return value
