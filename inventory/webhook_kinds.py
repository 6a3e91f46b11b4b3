"""What of the equipment other programs may be told of."""

from core.errors import say
from core.webhooks.kinds import Kind

KINDS = (
    Kind(
        "asset",
        say("Assets"),
        "/api/v1/assets/{key}",
        "SELECT tag FROM asset WHERE id = $1::text::bigint",
    ),
    Kind(
        "custody",
        say("Custody"),
        "/api/v1/assets/{key}/custody",
        "SELECT a.tag FROM custody c JOIN asset a ON a.id = c.asset WHERE c.id = $1::text::bigint",
    ),
    Kind(
        "hold",
        say("Bookings"),
        "/api/v1/bookings/{key}",
        "SELECT id FROM hold WHERE id = $1::text::bigint AND kind = 'booking'",
    ),
    Kind("work_order", say("Work orders"), "/api/v1/work-orders/{key}"),
)
