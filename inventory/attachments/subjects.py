"""What photographs and papers are of, and what somebody may do with them there."""

from enum import StrEnum

import msgspec

from core.access import Actor
from core.database import fetch_column, fetch_value
from core.errors import Forbidden, Message, say
from core.permissions import EDIT_DONATIONS, EDIT_EQUIPMENT, READ_DOCUMENTS
from inventory.assets import get_asset
from inventory.assets.locking import lock_visible
from inventory.disposals import get_disposal
from inventory.donations import get_donation
from inventory.kits.parts_lists import get_part
from inventory.models import get_model
from inventory.transfers.reading import get_transfer

NOT_YOURS = say("Your role at this school does not allow this")


class SubjectKind(StrEnum):
    """The tables whose rows have photographs and papers."""

    asset = "asset"
    model = "model"
    donation = "donation"
    transfer = "transfer"
    kit_part = "kit_part"
    disposal = "disposal"


class Subject(msgspec.Struct, frozen=True):
    """One thing as the actor meets it; ``key`` is what its addresses call it.

    ``school_id`` answers for what is added: of a model, which all schools share, the actor's own.
    """

    kind: SubjectKind
    id: int
    key: str
    title: str
    school_id: int | None
    may_write: bool
    reads_documents: bool = True
    refusal: Message = NOT_YOURS

    def require_writer(self) -> None:
        """Refuse whoever may not add to it, before anything is put into the store."""
        if not self.may_write or self.school_id is None:
            raise Forbidden(self.refusal)


async def of_asset(actor: Actor, tag: str) -> Subject:
    """The asset of a tag in the actor's sight, else NotFound."""
    asset = await get_asset(actor, tag)
    return Subject(
        SubjectKind.asset,
        asset.id,
        asset.tag,
        f"{asset.tag} {asset.title}",
        asset.school_id,
        actor.can_at(asset.school_id, EDIT_EQUIPMENT),
        actor.can_at(asset.school_id, READ_DOCUMENTS),
    )


async def of_model(actor: Actor, model_id: int) -> Subject:
    """A model: everybody's to see, and to be added to by schools that have one of it."""
    model = await get_model(actor, model_id)
    schools = actor.school_ids_with(EDIT_EQUIPMENT)
    with_one = await fetch_column(
        int,
        "SELECT s.id FROM unnest($2::bigint[]) s (id)"
        " WHERE EXISTS (SELECT FROM asset WHERE model = $1 AND school = s.id) ORDER BY s.id",
        model_id,
        schools,
    )
    is_of_others = not with_one and await fetch_value(
        "SELECT EXISTS (SELECT FROM asset WHERE model = $1)", model_id
    )
    return Subject(
        SubjectKind.model,
        model.id,
        str(model.id),
        model.title,
        next(iter(with_one or schools), None),
        bool(schools) and not is_of_others,
        refusal=say("Only other schools have this model") if is_of_others else NOT_YOURS,
    )


async def of_donation(actor: Actor, donation_id: int) -> Subject:
    """A donation that the actor may read, else NotFound."""
    donation = await get_donation(actor, donation_id)
    return Subject(
        SubjectKind.donation,
        donation.id,
        str(donation.id),
        donation.title,
        donation.school_id,
        actor.can_at(donation.school_id, EDIT_DONATIONS),
    )


async def of_transfer(actor: Actor, transfer_id: int) -> Subject:
    """A transfer from or to a school of the actor, else NotFound; both schools add to it, until it
    is closed."""
    transfer = await get_transfer(actor, transfer_id)
    kept = [
        school_id
        for school_id in (transfer.school_id, transfer.to_school_id)
        if actor.can_at(school_id, EDIT_EQUIPMENT)
    ]
    return Subject(
        SubjectKind.transfer,
        transfer.id,
        str(transfer.id),
        transfer.number,
        next(iter(kept), None),
        bool(kept) and transfer.closed_at is None,
        refusal=NOT_YOURS if transfer.closed_at is None else say("This transfer is closed"),
    )


async def of_kit_part(actor: Actor, kit_part_id: int) -> Subject:
    """A part that stands in a list of the actor's sight, else NotFound; added to like its model."""
    part = await get_part(actor, kit_part_id)
    model = await of_model(actor, part.model_id)
    return msgspec.structs.replace(
        model,
        kind=SubjectKind.kit_part,
        id=kit_part_id,
        key=str(kit_part_id),
        title=f"{model.title} · {part.part}",
    )


async def of_disposal(actor: Actor, disposal_id: int) -> Subject:
    """A disposal of a school of the actor, else NotFound; papers come to it also once it is decided."""
    disposal = await get_disposal(actor, disposal_id)
    return Subject(
        SubjectKind.disposal,
        disposal.id,
        str(disposal.id),
        disposal.number,
        disposal.school_id,
        actor.can_at(disposal.school_id, EDIT_EQUIPMENT),
        actor.can_at(disposal.school_id, READ_DOCUMENTS),
    )


async def subject_of(actor: Actor, kind: SubjectKind, subject_id: int) -> Subject:
    """The thing of a row, else NotFound."""
    if kind is SubjectKind.model:
        return await of_model(actor, subject_id)
    if kind is SubjectKind.donation:
        return await of_donation(actor, subject_id)
    if kind is SubjectKind.transfer:
        return await of_transfer(actor, subject_id)
    if kind is SubjectKind.kit_part:
        return await of_kit_part(actor, subject_id)
    if kind is SubjectKind.disposal:
        return await of_disposal(actor, subject_id)
    tag = await fetch_value("SELECT tag FROM asset WHERE id = $1", subject_id)
    return await of_asset(actor, tag)


async def lock_subject(actor: Actor, subject: Subject) -> int:
    """Lock the thing for whoever may write of it, in a transaction; the school that answers.

    An asset may have gone to another school since it was read: that is NotFound then.
    """
    if subject.kind is SubjectKind.asset:
        school_id = (await lock_visible(actor, subject.id)).school_id
        actor.require(school_id, EDIT_EQUIPMENT)
        return school_id
    subject.require_writer()
    assert subject.school_id is not None
    await lock_row(subject)
    return subject.school_id


async def lock_row(subject: Subject) -> None:
    """Lock a model, a donation, a transfer, a disposal or a part, whoever asks."""
    table = "asset_model" if subject.kind is SubjectKind.model else str(subject.kind)
    await fetch_value(f"SELECT id FROM {table} WHERE id = $1 FOR NO KEY UPDATE", subject.id)
