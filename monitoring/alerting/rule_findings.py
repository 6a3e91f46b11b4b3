"""A rule that a reading breaks, in words: the finding that visits and forecasts raise."""

from core.errors import Message
from monitoring.alerting.alerts.findings import AlertSeverity, Finding
from monitoring.decoding.readings import Reading, State
from monitoring.decoding.value_words import VALUE_WORDS
from monitoring.profiles import Rule
from monitoring.profiles.alert_messages import RULE_SENTENCES


def finding_of(rule: Rule, reading: Reading, device_name: str) -> Finding:
    """The fault in words, with the value that broke the rule."""
    sentence = RULE_SENTENCES[rule.name]
    params = {
        "device": device_name,
        "instance": reading.instance or device_name,
        "value": _in_words(reading),
    }
    used = {name: value for name, value in params.items() if f"{{{name}}}" in sentence.template}
    severity: AlertSeverity = "critical" if rule.severity is State.critical else "warning"
    message = Message(sentence.template, used)
    return Finding(rule.name, reading.instance, severity, message, rule.keeps_in_service)


def _in_words(reading: Reading) -> object:
    """A number as it is; of several words, the first that we know."""
    if not isinstance(reading.value, str):
        return reading.value
    known = (VALUE_WORDS[word] for word in reading.value.split() if word in VALUE_WORDS)
    return next(known, reading.value)
