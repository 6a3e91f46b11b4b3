"""An alert's story as its page shows it: the values with their bounds, what held it back."""

from datetime import datetime
from typing import Any

from api.wording.language import Language
from core.errors import say
from monitoring.alerting.alerts import Alert
from monitoring.alerting.alerts.detail import Story
from monitoring.decoding.metrics import METRICS, UNITS


def chart_of(alert: Alert, story: Story, speech: Language) -> dict[str, Any] | None:
    """The values around the alert, with the bounds as level lines; None where there are none."""
    if story.metric is None or len(story.values) < 2:
        return None
    metric = METRICS[story.metric]
    label = alert.instance or speech.words(metric.label)
    series = [{"label": label, "values": [round(one.value, 2) for one in story.values]}]
    for words, bound in (
        (say("Raised at"), story.raise_at),
        (say("Cleared at"), story.clear_at),
    ):
        if bound is not None:
            series.append({"label": speech.words(words), "values": [bound] * len(story.values)})
    return {
        "kind": "line",
        "time": True,
        "title": speech.words(metric.label),
        "unit": speech.words(UNITS[metric.unit]) if metric.unit in UNITS else "",
        "x": [int(one.at.timestamp()) for one in story.values],
        "series": series,
    }


def held_back_words(story: Story, speech: Language) -> list[str]:
    """One sentence for each window that kept silence about the device before the alert."""

    def moment(at: datetime | None) -> str:
        return speech.moment(at)

    return [
        speech.words(
            say(
                "Nobody was told from {begin} to {end}: {reason}",
                begin=moment(one.starts_at),
                end=moment(one.ends_at),
                reason=one.reason,
            )
        )
        for one in story.held_back
    ]
