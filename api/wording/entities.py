"""Every entity, code and column of the application, as the domains declare them."""

import core.entities
import inventory.entities
import monitoring.tables.entities
import storage.entities
from core.entity import Word, by_name, idle
from core.errors import Message

DOMAINS = (core.entities, inventory.entities, monitoring.tables.entities, storage.entities)

ENTITIES = by_name(entity for domain in DOMAINS for entity in domain.ENTITIES)
CODES: dict[str, dict[str, Word]] = {
    kind: words for domain in DOMAINS for kind, words in domain.CODES.items()
} | {"entity": {name: idle(entity.word) for name, entity in ENTITIES.items()}}
COLUMNS: dict[str, Message] = {
    column: word for domain in DOMAINS for column, word in domain.COLUMNS.items()
}
