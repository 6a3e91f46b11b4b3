"""The library over JSON: find, describe, publish, hand out."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.noun_routes import NounRoutes
from core import schools
from core.access import Actor
from core.numbers import Id, Version
from core.paging import Page
from core.permissions import CONTRIBUTE_RESOURCES, READ_LIBRARY
from storage import catalogue, resources, revisions
from storage.catalogue import Filters, ResourceLine
from storage.resources import Description, Resource, Visibility
from storage.revisions import Revision


class NewResource(Description, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A resource to begin with, and the upload that is its first file."""

    school_id: Id
    upload_id: UUID | None = None
    title: Annotated[str, msgspec.Meta(examples=["光的折射"])]
    subject: Annotated[str, msgspec.Meta(examples=["physics"])]
    kind: Annotated[str, msgspec.Meta(examples=["slides"])]
    grade: Annotated[str, msgspec.Meta(examples=["grade_8"])] = "any"

    def description(self) -> Description:
        names = Description.__struct_fields__
        return Description(**{name: getattr(self, name) for name in names})


class ResourceChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. ``version`` is the one you read."""

    version: Version
    title: str | msgspec.UnsetType = msgspec.UNSET
    subject: str | msgspec.UnsetType = msgspec.UNSET
    kind: str | msgspec.UnsetType = msgspec.UNSET
    stage: str | msgspec.UnsetType = msgspec.UNSET
    grade: str | msgspec.UnsetType = msgspec.UNSET
    language: str | msgspec.UnsetType = msgspec.UNSET
    licence: str | msgspec.UnsetType = msgspec.UNSET
    edition: str | msgspec.UnsetType = msgspec.UNSET
    abstract: str | msgspec.UnsetType = msgspec.UNSET
    authors: list[str] | msgspec.UnsetType = msgspec.UNSET
    keywords: list[str] | msgspec.UnsetType = msgspec.UNSET
    visibility: Visibility | msgspec.UnsetType = msgspec.UNSET


class NewRevision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The upload that becomes the next revision, at once or as soon as it is ready."""

    upload_id: UUID
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


@get(
    "/resources",
    guards=[allow(READ_LIBRARY)],
    operation_id="resource_list",
    summary="Resources by words and facets: the best first, or the newest",
    tags=("library",),
    dependencies={"asked": asked_for(Filters, without=("school_id",))},
)
async def find(
    actor: NamedDependency[Actor],
    asked: NamedDependency[ListQuery[Filters]],
    school: FromQuery[str | None] = None,
) -> Page[ResourceLine]:
    """Chinese is found by any two characters together, Latin by how a word begins, titles also
    by the first letters of their pinyin; words inside the files count too."""
    # Of every school: what is shared by another one is found as well.
    school_id = None if school is None else await schools.find_id(school)
    only = msgspec.structs.replace(asked.filters, school_id=school_id)
    return await catalogue.list_resources(actor, only, cursor=asked.cursor, limit=asked.limit)


async def create_resource(actor: Actor, new: NewResource) -> Resource:
    """Begin a resource with what describes it, and its first file if there is one."""
    return await resources.create_resource(
        actor, new.school_id, new.description(), upload_id=new.upload_id
    )


async def change_resource(actor: Actor, resource_id: UUID, change: ResourceChange) -> Resource:
    """Describe a resource anew; what is left out stays."""
    old = await resources.get_resource(actor, resource_id)
    given = {name: getattr(change, name) for name in Description.__struct_fields__}
    described = Description(
        **{
            name: getattr(old, name) if value is msgspec.UNSET else value
            for name, value in given.items()
        }
    )
    return await resources.update_resource(actor, resource_id, described, version=change.version)


async def list_revisions(actor: Actor, resource_id: UUID) -> Page[Revision]:
    """The files of a resource that the actor may read."""
    await resources.get_resource(actor, resource_id)
    return Page(await revisions.list_revisions(actor, resource_id))


async def add_revision(actor: Actor, resource_id: UUID, new: NewRevision) -> Page[Revision]:
    """Give a resource its next file; gives all of them."""
    await revisions.add(actor, resource_id, new.upload_id, note=new.note)
    return Page(await revisions.list_revisions(actor, resource_id))


async def count_facets(actor: Actor, *, q: str = "") -> dict[str, dict[str, int]]:
    """For each facet how many of the resources that match have each code."""
    return await catalogue.count_facets(actor, Filters(q=q))


_routes = NounRoutes(
    "/resources", "resource", tags=("library",), read=READ_LIBRARY, write=CONTRIBUTE_RESOURCES
)
ROUTES: list[ControllerRouterHandler] = [
    find,
    _routes.create(create_resource, "Begin a resource"),
    _routes.get(resources.get_resource, "One resource"),
    _routes.at(
        "PATCH /{resource_id:uuid}",
        change_resource,
        "Describe a resource anew",
        operation="resource_edit",
    ),
    _routes.at(
        "GET /{resource_id:uuid}/revisions",
        list_revisions,
        "The files of a resource, newest first",
        operation="revision_list",
    ),
    _routes.at(
        "POST /{resource_id:uuid}/revisions",
        add_revision,
        "Give a resource its next file",
        operation="revision_add",
    ),
    _routes.step("submit", resources.submit, "Ask the administrators to publish a draft"),
    _routes.step(
        "take-back",
        resources.take_back,
        "Make a submitted or withdrawn resource a draft again",
        called="take_back",
    ),
    _routes.step("publish", resources.publish, "Let others find it"),
    _routes.step("withdraw", resources.withdraw, "Take it out of the library; nothing is deleted"),
    _routes.at(
        "GET /facets",
        count_facets,
        "How many resources there are of each stage, subject, grade, kind, language, licence",
        operation="resource_facets",
    ),
]
