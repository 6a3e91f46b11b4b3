"""The field "who gets it": a name is typed, and where it does not tell, one is chosen below it."""

from typing import Any

import msgspec

from api.kit.forms import Form
from core.access import Actor
from core.errors import Invalid, say
from inventory.custody import Holder
from inventory.guests import NewGuest
from inventory.holder_search import find_holders

# What is wrong with a holder stands at the one field that asks for it.
WHO_FIELDS = dict.fromkeys(
    ("holder", "person_id", "place_id", "group", "group_id", "guest_id", "name"), "who"
)
ALREADY_A_GUEST = say(
    "There is a guest of this name already: choose them above, or say how the new one is reached"
)
LISTED = 200
A_FEW = 20


class WhoForm(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets it: ``who`` is what was typed, ``holder`` what was chosen: "person:7", or "group" or
    "guest" for somebody new of that name. ``asked_who`` is the name for which that choice stood
    there: what is typed later is another question."""

    who: str = ""
    holder: str = ""
    asked_who: str = ""
    contact: str = ""


async def find_holder(actor: Actor, school_ids: list[int], form: WhoForm) -> Holder:
    """The one who is meant; Invalid where nobody or several are."""
    is_of_another = _is_of_another(form.asked_who, form.who)
    if form.who and form.holder and is_of_another:
        raise Invalid.of(
            "who",
            say("Another name was typed since: choose below who is meant"),
            code="which_holder",
        )
    kind, _, number = ("" if is_of_another else form.holder).partition(":")
    if kind in ("person", "place", "group", "guest") and number.isdecimal() and len(number) < 16:
        return msgspec.convert({f"{kind}_id": int(number)}, Holder)
    if not form.who:
        raise Invalid.of("who", say("Say who gets it"), code="required")
    if kind == "group":
        return Holder(group=form.who)
    found = await find_holders(actor, school_ids, form.who, limit=A_FEW)
    exact = [one for one in found if one.is_exact]
    if kind == "guest":
        if not form.contact and any(one.kind == "guest" for one in exact):
            raise Invalid.of("contact", ALREADY_A_GUEST, code="which_holder")
        return Holder(guest=NewGuest(form.who, form.contact))
    if len(exact) == 1:
        return msgspec.convert({f"{exact[0].kind}_id": exact[0].id}, Holder)
    if found:
        raise Invalid.of("who", say("Choose below who of these is meant"), code="which_holder")
    raise Invalid.of(
        "who", say("Nobody here is called that; say below what it is"), code="unknown_holder"
    )


async def who_context(actor: Actor, school_ids: list[int], form: Form) -> dict[str, Any]:
    """What the field needs: names to begin with, and those to choose from where it was unclear."""
    listed = await find_holders(actor, school_ids, limit=LISTED)
    chosen = str(form.values.get("holder") or "")
    is_unclear = chosen or any(error.field == "who" for error in form.errors)
    typed = str(form.values.get("who") or "")
    fitting = []
    if is_unclear and typed:
        fitting = await find_holders(actor, school_ids, typed, limit=A_FEW)
    if _is_of_another(str(form.values.get("asked_who") or ""), typed):
        exact = [one.value for one in fitting if one.is_exact]
        chosen = exact[0] if len(exact) == 1 else ""
    return {
        "who_names": list(dict.fromkeys(one.name for one in listed)),
        "who_fitting": fitting,
        "who_is_unclear": bool(is_unclear and typed),
        "who_chosen": chosen,
    }


def _is_of_another(asked: str, typed: str) -> bool:
    """Whether the choice was offered for another name than stands there now."""
    return asked != "" and asked.split() != typed.split()
