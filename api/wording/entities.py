"""Every entity of the application, as the domains declare them beside their tables."""

import core.entities
import inventory.entities
import monitoring.tables.entities
import storage.entities
from core.entity import by_name
from core.errors import Message

_DOMAINS = (core.entities, inventory.entities, monitoring.tables.entities, storage.entities)

ENTITIES = by_name(entity for domain in _DOMAINS for entity in domain.ENTITIES)
COLUMNS: dict[str, Message] = {
    column: word for domain in _DOMAINS for column, word in domain.COLUMNS.items()
}
