"""What a page shows of a thing's photographs and papers."""

import msgspec

from api.inventory.attachments.owners import OWNERS, Owner
from api.kit.repeats import new_key
from core.access import Actor
from inventory import attachments
from inventory.attachments import Attachment, AttachmentKind, Subject, SubjectKind


class Gallery(msgspec.Struct, frozen=True):
    """The photographs and papers of one thing, with the addresses of its forms.

    ``model_photo`` is the picture of an asset's model, shown while it has none of its own.
    """

    subject: Subject
    owner: Owner
    items: list[Attachment]
    key: str
    model_photo: int | None = None

    @property
    def photos(self) -> list[Attachment]:
        return [one for one in self.items if one.kind is AttachmentKind.photo]

    @property
    def documents(self) -> list[Attachment]:
        return [one for one in self.items if one.kind is AttachmentKind.document]

    @property
    def page_url(self) -> str:
        return self.owner.page(self.subject.key)

    @property
    def url(self) -> str:
        return self.owner.attachments(self.subject.key)

    @property
    def photos_url(self) -> str:
        return self.owner.photos(self.subject.key)

    @property
    def documents_url(self) -> str:
        return self.owner.documents(self.subject.key)

    @property
    def may_write(self) -> bool:
        return self.subject.may_write

    @property
    def is_of_model(self) -> bool:
        return self.subject.kind is SubjectKind.model


async def gallery_of(actor: Actor, subject: Subject, *, model_id: int | None = None) -> Gallery:
    """The gallery of a thing; ``model_id`` is the model of an asset."""
    items = await attachments.list_attachments(actor, subject)
    mains = await attachments.find_main_photos([model_id] if model_id else [])
    return Gallery(subject, OWNERS[subject.kind], items, new_key(), mains.get(model_id or 0))
