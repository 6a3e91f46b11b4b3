"""What of monitoring other programs may be told of."""

from core.errors import say
from core.webhooks.kinds import Kind

KINDS = (
    Kind("alert", say("Alerts"), "/api/v1/alerts/{key}"),
    Kind("device", say("Devices"), "/api/v1/devices/{key}"),
)
