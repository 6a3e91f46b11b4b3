"""What of the library other programs may be told of."""

from core.errors import say
from core.webhooks.kinds import Kind

KINDS = (Kind("resource", say("Resources"), "/api/v1/resources/{key}"),)
