"""Donors: the list, a new one, one with all that came from it."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.options import school_codes
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.lists import read_list
from api.kit.numbers import PathId
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from api.wording import row_names
from core.access import Actor
from core.errors import say
from core.paging import MAX_LIMIT
from core.permissions import EDIT_DONATIONS, READ_DONATIONS
from inventory import donations, donors
from inventory.donations import DonationFilters
from inventory.donors import DonorFacts, DonorFilters, NewDonor


class DonorPages(Controller):
    """/donors"""

    include_in_schema = False

    @get(urls.donors, guards=[allow(READ_DONATIONS, tokens=False)])
    async def list_donors(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        asked = read_list(request, DonorFilters)
        page = await donors.list_donors(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        )
        return render(
            request,
            "inventory/donors/list.html",
            page=page,
            query=asked.filters,
            schools=await school_codes(request, actor, READ_DONATIONS),
            may_write=actor.can(EDIT_DONATIONS),
        )

    @get(urls.new_donor, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        return await _new_page(request, actor, Form({"kind": "organisation"}))

    @post(urls.new_donor, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def create(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit(
            request,
            NewDonor,
            lambda form: donors.create_donor(actor, form),
            then=lambda made: see_other(urls.new_donation(donor=made.id), say("Saved.")),
            page=lambda form: _new_page(request, actor, form),
        )

    @get(urls.donor, guards=[allow(READ_DONATIONS, tokens=False)])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], donor_id: PathId
    ) -> Response[str]:
        return await _donor_page(request, actor, donor_id)

    @post(urls.donor, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def edit(
        self, request: WebRequest, actor: NamedDependency[Actor], donor_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            DonorFacts,
            lambda form: donors.update_donor(actor, donor_id, form),
            then=lambda made: see_other(urls.donor(made.id), say("Saved.")),
            page=lambda form: _donor_page(request, actor, donor_id, form),
        )


async def _new_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    return render(
        request,
        "inventory/donors/new.html",
        form=form,
        schools=await school_codes(request, actor, EDIT_DONATIONS),
    )


async def _donor_page(
    request: WebRequest, actor: Actor, donor_id: int, form: Form | None = None
) -> Response[str]:
    donor = await donors.get_donor(actor, donor_id)
    gifts = await donations.list_donations(actor, DonationFilters(donor=donor_id), limit=MAX_LIMIT)
    return render(
        request,
        "inventory/donors/donor.html",
        form=form or Form(msgspec.structs.asdict(donor)),
        donor=donor,
        gifts=gifts.items,
        changes=await row_names.history(language_of(request), "donor", donor_id, limit=30),
        may_write=actor.can_at(donor.school_id, EDIT_DONATIONS),
    )
