"""The library over JSON: find, describe, publish, hand out."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api.http.access import allow
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
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


class ResourceRoutes(Controller):
    """/api/v1/resources"""

    path = "/resources"
    tags = ("library",)

    @get(
        guards=[allow(READ_LIBRARY)],
        operation_id="resource_list",
        summary="Resources by words and facets: the best first, or the newest",
        dependencies={"asked": asked_for(Filters, without=("school_id",))},
    )
    async def find(
        self,
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

    @post(
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="resource_create",
        summary="Begin a resource",
    )
    async def create(
        self,
        actor: NamedDependency[Actor],
        data: JSONBody[NewResource],
    ) -> Resource:
        return await resources.create_resource(
            actor, data.school_id, data.description(), upload_id=data.upload_id
        )

    @get(
        "/{resource_id:uuid}",
        guards=[allow(READ_LIBRARY)],
        operation_id="resource_get",
        summary="One resource",
    )
    async def show(self, actor: NamedDependency[Actor], resource_id: FromPath[UUID]) -> Resource:
        return await resources.get_resource(actor, resource_id)

    @patch(
        "/{resource_id:uuid}",
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="resource_edit",
        summary="Describe a resource anew",
    )
    async def edit(
        self,
        actor: NamedDependency[Actor],
        resource_id: FromPath[UUID],
        data: JSONBody[ResourceChange],
    ) -> Resource:
        old = await resources.get_resource(actor, resource_id)
        given = {name: getattr(data, name) for name in Description.__struct_fields__}
        described = Description(
            **{
                name: getattr(old, name) if value is msgspec.UNSET else value
                for name, value in given.items()
            }
        )
        return await resources.update_resource(actor, resource_id, described, version=data.version)

    @get(
        "/{resource_id:uuid}/revisions",
        guards=[allow(READ_LIBRARY)],
        operation_id="revision_list",
        summary="The files of a resource, newest first",
    )
    async def list_revisions(
        self, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Page[Revision]:
        await resources.get_resource(actor, resource_id)
        return Page(await revisions.list_revisions(actor, resource_id))

    @post(
        "/{resource_id:uuid}/revisions",
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="revision_add",
        summary="Give a resource its next file",
    )
    async def add_revision(
        self,
        actor: NamedDependency[Actor],
        resource_id: FromPath[UUID],
        data: JSONBody[NewRevision],
    ) -> Page[Revision]:
        await revisions.add(actor, resource_id, data.upload_id, note=data.note)
        return Page(await revisions.list_revisions(actor, resource_id))

    @post(
        "/{resource_id:uuid}/submit",
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="resource_submit",
        summary="Ask the administrators to publish a draft",
        status_code=200,
    )
    async def submit(self, actor: NamedDependency[Actor], resource_id: FromPath[UUID]) -> Resource:
        return await resources.submit(actor, resource_id)

    @post(
        "/{resource_id:uuid}/take-back",
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="resource_take_back",
        summary="Make a submitted or withdrawn resource a draft again",
        status_code=200,
    )
    async def take_back(
        self, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Resource:
        return await resources.take_back(actor, resource_id)

    @post(
        "/{resource_id:uuid}/publish",
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="resource_publish",
        summary="Let others find it",
        status_code=200,
    )
    async def publish(self, actor: NamedDependency[Actor], resource_id: FromPath[UUID]) -> Resource:
        return await resources.publish(actor, resource_id)

    @post(
        "/{resource_id:uuid}/withdraw",
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="resource_withdraw",
        summary="Take it out of the library; nothing is deleted",
        status_code=200,
    )
    async def withdraw(
        self, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Resource:
        return await resources.withdraw(actor, resource_id)

    @get(
        "/facets",
        guards=[allow(READ_LIBRARY)],
        operation_id="resource_facets",
        summary="How many resources there are of each stage, subject, grade, kind, language, licence",
    )
    async def count_facets(
        self, actor: NamedDependency[Actor], q: FromQuery[str] = ""
    ) -> dict[str, dict[str, int]]:
        return await catalogue.count_facets(actor, Filters(q=q))
