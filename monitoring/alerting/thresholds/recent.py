"""What the schools have set, at hand for every visit without a query of its own."""

from time import monotonic

from monitoring.alerting.thresholds.effective import Settings, settings_of

GOOD_SECONDS = 5.0


class RecentSettings:
    """What the schools have set, read again every few seconds: a change holds from then on."""

    def __init__(self) -> None:
        self.now = Settings([])
        self._schools: set[int] = set()
        self._read_at = 0.0

    async def know(self, school_ids: set[int]) -> None:
        """Have the settings of these schools ready."""
        if school_ids <= self._schools and monotonic() - self._read_at < GOOD_SECONDS:
            return
        self._schools |= school_ids
        self.now = await settings_of(self._schools)
        self._read_at = monotonic()

    def forget(self) -> None:
        self._schools.clear()
