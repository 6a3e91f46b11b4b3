"""Pictures out of a form: new files, and those kept since the form was refused before."""

import msgspec
from litestar import Response, get
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http import delivery
from api.http.access import in_person
from api.http.types import WebRequest
from core.access import Actor
from core.errors import FieldError, Invalid
from inventory import photos
from inventory.photos import PhotoDraft
from storage.photos import Photo

FIELD = "photos"
# The boxes beside the pictures that are kept: without its tick a picture is left out.
KEPT_FIELD = "kept_photos"


class FormPhotos(msgspec.Struct):
    """The pictures of one form on their way: kept ones by their tokens, files, stored ones."""

    tokens: list[str]
    files: list[bytes]
    stored: list[Photo] = []

    async def store(self) -> None:
        """Put the files in the store, outside every transaction; Invalid names what is refused."""
        if len(self.tokens) + len(self.files) > photos.PHOTOS_PER_FORM:
            raise photos.too_many_photos(FIELD)
        errors = await self._store()
        if errors:
            raise Invalid(errors)

    async def take(self, actor: Actor) -> list[Photo]:
        """All pictures for their rows; in the transaction that writes these."""
        return [*await photos.take_drafts(actor, self.tokens, field=FIELD), *self.stored]

    async def keep(self, actor: Actor) -> tuple[list[PhotoDraft], list[FieldError]]:
        """Keep the pictures of a form that was refused, as many as a form may have.

        Gives what is kept, and what is wrong with the files that were not looked at before.
        """
        del self.tokens[photos.PHOTOS_PER_FORM :]
        del self.files[photos.PHOTOS_PER_FORM - len(self.tokens) :]
        errors = await self._store()
        self.tokens += await photos.store_drafts(actor, self.stored)
        return await photos.find_drafts(actor, self.tokens), errors

    async def _store(self) -> list[FieldError]:
        errors: list[FieldError] = []
        for file in self.files:
            try:
                self.stored += await photos.store_photos([file], field=FIELD)
            except Invalid as refused:
                errors += [error for error in refused.errors if error not in errors]
        self.files = []
        return errors


async def read_photos(request: WebRequest) -> FormPhotos:
    """The pictures of the form; a browser sends one nameless empty file for none."""
    form = await request.form()
    chosen = [file for file in form.getall(FIELD, []) if isinstance(file, UploadFile)]
    tokens = [text for text in form.getall(KEPT_FIELD, []) if isinstance(text, str)]
    return FormPhotos(
        list(dict.fromkeys(tokens)), [await file.read() for file in chosen if file.filename]
    )


@get(urls.photo_draft, guards=[in_person], include_in_schema=False)
async def show_draft(
    request: WebRequest, actor: NamedDependency[Actor], token: FromPath[str]
) -> Response[bytes]:
    """A picture that waits for its form, for the person who chose it."""
    return await delivery.picture(request, (await photos.get_draft(actor, token)).sized("small"))
