"""What a desk would refuse as its form stands now: asked by its page, and at each scan."""

from datetime import date

import msgspec

from api.inventory.custody.booked import meeting_of
from api.inventory.who import WhoForm, find_holder
from api.kit.forms import Form
from core.access import Actor
from core.errors import FieldError, Invalid
from core.numbers import Id
from inventory import assets, custody
from inventory.custody import Due, Holder
from inventory.custody.due import FOR_GOOD, DueBy

HOLDER_FIELDS = ("who", "holder", "contact", "person_id", "place_id", "group")


class HandOutForm(WhoForm, frozen=True, kw_only=True):
    """Which assets, to whom, until when.

    The page asks ``who``; a form of another page may name one by its id, or a group by its name.
    """

    tags: str
    person_id: Id | None = None
    place_id: Id | None = None
    group: str | None = None
    due_on: date | None = None
    due_by: DueBy | None = None
    due_period_id: Id | None = None
    note: str = ""
    booking_id: Id | None = None
    overrides_bookings: bool = False

    @property
    def named(self) -> Holder:
        return Holder(self.person_id, self.place_id, self.group)


async def find_hand_out_refusals(
    form: Form, actor: Actor, tags: list[str]
) -> tuple[FieldError, ...]:
    """What the hand-out would refuse, row by row."""
    who = await _holder_so_far(actor, form, tags)
    return await custody.check_hand_out(actor, tags, who, _due_of(form), meeting_of(form))


async def find_renewal_refusals(
    form: Form, actor: Actor, tags: list[str]
) -> tuple[FieldError, ...]:
    """What the renewal would refuse, row by row."""
    return await custody.check_renew(actor, tags, _due_of(form))


async def who_is_meant(actor: Actor, tags: list[str], form: HandOutForm) -> Holder | None:
    """Whom the form means; None where rows of the list are wrong too, so that all is said."""
    meant = await assets.resolve(actor, tags) if len(tags) <= assets.MOST_AT_ONCE else []
    rows = await assets.find_by_tags(actor, [one.tag for one in meant if one.tag is not None])
    codes = {row.school for row in rows}
    school_ids = [one.school_id for one in actor.memberships if one.school_code in codes]
    try:
        return await find_holder(actor, school_ids or actor.school_ids, form)
    except Invalid as refused:
        if not tags or await custody.check_hand_out(actor, tags):
            return None
        raise refused from None


async def _holder_so_far(actor: Actor, form: Form, tags: list[str]) -> Holder | None:
    given = {name: form.values[name] for name in HOLDER_FIELDS if form.values.get(name)}
    if not given:
        return None
    try:
        meant = msgspec.convert({"tags": "", **given}, HandOutForm, strict=False)
        who = meant.named
        return who if who != Holder() else await who_is_meant(actor, tags, meant)
    except (Invalid, msgspec.ValidationError):
        return None


def _due_of(form: Form) -> Due:
    """Until when, as far as the form says it and it can be read."""
    names = Due.__struct_fields__
    given = {name: form.values[name] for name in names if form.values.get(name)}
    try:
        return msgspec.convert(given, Due, strict=False)
    except msgspec.ValidationError:
        return FOR_GOOD
