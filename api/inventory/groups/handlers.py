"""Classes and groups: their pages and their JSON, made from the verbs of inventory.groups."""

from typing import Any

import msgspec
from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.inventory.groups.table import FILES, TABLE
from api.inventory.held import held_by
from api.inventory.options import school_codes
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import render
from api.wording.grades import GRADES
from core import clock
from core.access import Actor
from core.errors import say
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import custody, group_years, groups
from inventory.group_years import NewClasses, Promotion
from inventory.groups import Group, school_year


class _Where(msgspec.Struct, frozen=True):
    """Of which school, and which year, a page of many classes is."""

    school: str = ""
    year: groups.Year | None = None


async def _with_teachers(_: WebRequest, actor: Actor, row: Group | None) -> dict[str, Any]:
    """Whom a class may have as its teacher, and what it holds."""
    school_ids = [row.school_id] if row else actor.school_ids_with(EDIT_EQUIPMENT)
    people = {
        one.id: one.name
        for school_id in school_ids
        if actor.can_at(school_id, EDIT_EQUIPMENT)
        for one in await custody.find_candidates(actor, school_id)
    }
    held = {} if row is None else await held_by(actor, group=row.id)
    return {"people": sorted(people.items(), key=lambda one: one[1]), **held}


async def _schools(request: WebRequest, actor: Actor) -> list[tuple[str, str]]:
    return await school_codes(request, actor, EDIT_EQUIPMENT)


async def _grid_page(request: WebRequest, actor: Actor, form: Form | None = None) -> Response[str]:
    """How many classes each grade has, as it is now where nothing was typed yet."""
    asked = convert_form(request.query_params, _Where)
    schools = await _schools(request, actor)
    school = asked.school or schools[0][0]
    zones = {one.school_code: one.school_zone for one in actor.memberships}
    year = asked.year or school_year(clock.today(zones.get(school, actor.zone)))
    counts = await group_years.count_classes(actor, school, year)
    known = {f"grade_{grade}": count or "" for grade, count in counts.items()}
    first = Form({"school": school, "year": year, **known})
    return render(
        request, "inventory/groups/grid.html", form=form or first, schools=schools, grades=GRADES
    )


async def _promotion_page(
    request: WebRequest, actor: Actor, form: Form | None = None
) -> Response[str]:
    asked = convert_form(request.query_params, _Where)
    schools = await _schools(request, actor)
    typed = str(form.values.get("school", "")) if form else asked.school
    school = typed if typed in dict(schools) else schools[0][0]
    rows = await group_years.list_promotions(actor, school)
    usual = [row.group.id for row in rows if row.is_usual and row.promoted_as is None]
    return render(
        request,
        "inventory/groups/promote.html",
        form=form or Form({"school": school, "group_ids": usual}),
        schools=schools,
        school=school,
        rows=[row for row in rows if row.promoted_as is None],
        done=[row for row in rows if row.promoted_as is not None],
    )


_pages = NounPages[Group](
    "borrower_group",
    "inventory/groups",
    urls.groups,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
    more=_with_teachers,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(groups.list_groups, TABLE),
    *FILES,
    *_pages.new(urls.new_group, groups.create_group),
    *_pages.edit(
        urls.group, groups.get_group, groups.update_group, then=to(urls.group, say("Saved."))
    ),
    shown(urls.class_grid, _grid_page, EDIT_EQUIPMENT),
    posted(
        urls.class_grid,
        NewClasses,
        group_years.create_classes,
        then=lambda made: see_other(urls.groups(), say("Classes added: {count}.", count=len(made))),
        page=_grid_page,
        allowed=EDIT_EQUIPMENT,
    ),
    shown(urls.promote_classes, _promotion_page, EDIT_EQUIPMENT),
    posted(
        urls.promote_classes,
        Promotion,
        group_years.promote_classes,
        then=lambda made: see_other(
            urls.groups(), say("Promoted to the next year: {count}.", count=len(made))
        ),
        page=_promotion_page,
        allowed=EDIT_EQUIPMENT,
    ),
    button(
        urls.retire_group,
        groups.retire_group,
        then=to(urls.group, say("Out of use.")),
        allowed=EDIT_EQUIPMENT,
    ),
    button(
        urls.restore_group,
        groups.restore_group,
        then=to(urls.group, say("Back in use.")),
        allowed=EDIT_EQUIPMENT,
    ),
]

_routes = NounRoutes(
    "/classes", "group", tags=("custody",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        groups.list_groups, "Classes and groups that borrow, grade by grade", orders=groups.ORDERS
    ),
    _routes.create(
        groups.create_group,
        "Add a class or group",
        "409 if the school has it already in that year, however it is written.",
    ),
    _routes.at(
        "POST /grid",
        group_years.create_classes,
        "Add the classes of a school year, grade by grade",
        "Gives those that were not there yet.",
        operation="group_create_many",
        gives=Page[Group],
    ),
    _routes.at(
        "POST /promotions",
        group_years.promote_classes,
        "Promote classes to the next school year",
        "A second time changes nothing.",
        operation="group_promote",
        gives=Page[Group],
        status=200,
    ),
    _routes.get(groups.get_group, "A class or group"),
    _routes.update(groups.update_group, "Write a class or group anew"),
    _routes.step("retire", groups.retire_group, "Take a class or group out of use"),
    _routes.step("restore", groups.restore_group, "Take a class or group back into use"),
]
