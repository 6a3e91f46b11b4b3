"""Mails in the languages and with the addresses of the face, sent by the worker's clock."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api import urls
from api.wording.language import language
from core.errors import Message
from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings
from inventory.custody import reminding
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

    def own_custody_link(self) -> str:
        return self._base_url and self._base_url + urls.custody(mine="on")

    def booking_link(self, hold_id: int) -> str:
        """Where the booking is read."""
        return self._base_url and self._base_url + urls.booking(hold_id)

    def transfer_link(self, transfer_id: int) -> str:
        """Where a transfer between schools is read."""
        return self._base_url and self._base_url + urls.transfer(transfer_id)

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


def sending_handlers(settings: Settings) -> dict[str, Handler]:
    """Those that write mails; what waits while no mail server is set is dropped."""
    stationery = FaceStationery(settings.base_url)

    async def remind(payload: dict[str, Any]) -> None:
        if settings.mail is not None:
            await reminding.send_reminder(settings.mail, stationery, payload)

    return {reminding.TOPIC: remind}
