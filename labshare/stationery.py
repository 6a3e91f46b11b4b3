"""Mails in the languages and with the addresses of the face, sent by the worker's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from api import urls
from api.wording.language import language
from core.errors import Message
from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings
from monitoring import notices


class FaceStationery:
    """Words and links as the pages have them; no links while LABSHARE_BASE_URL is not set."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def words(self, locale: str, message: Message) -> str:
        return language(locale).words(message)

    def moment(self, locale: str, at: datetime, zone: ZoneInfo) -> str:
        return language(locale).moment(at, zone)

    def alert_link(self, alert_id: int) -> str:
        return self._base_url and self._base_url + urls.alert(alert_id)

    def list_link(self) -> str:
        return self._base_url and self._base_url + urls.alerts()


async def _tell(settings: Settings) -> None:
    """Enqueue and send in one job: no notice is cancelled while it is being sent."""
    await notices.enqueue_notices()
    if settings.mail is not None:
        await notices.send_notices(settings.mail, FaceStationery(settings.base_url))


async def _gather(settings: Settings) -> None:
    if settings.mail is not None:
        await notices.send_digests(settings.mail, FaceStationery(settings.base_url))


JOBS: tuple[Job, ...] = (
    Job("notices.tell", every_seconds=15, run=_tell),
    Job("notices.gather", every_seconds=300, run=_gather),
)
HANDLERS: dict[str, Handler] = {}
