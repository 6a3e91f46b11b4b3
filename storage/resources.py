"""Something to teach with: described, published, withdrawn. Its files are revisions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from core import database
from core.access import Actor
from core.clock import now
from core.errors import Conflict, FieldError, Forbidden, say
from core.permissions import CONTRIBUTE_RESOURCES, REVIEW_RESOURCES
from core.rows import insert_row, update_row
from core.texts import Line, Text, refuse, tidied
from storage import revisions, search, tables
from storage.ids import uuid7
from storage.rights import may_change, visible_to
from storage.vocabulary import FACETS, wrong_codes

TEXTS = {
    "title": Line(tables.Resource.title, required=say("Give it a title")),
    "abstract": Text(4000),
    "edition": Text(tables.Resource.edition),
}
MOST_WORDS = 20
LONGEST_WORD = 80


class ResourceState(StrEnum):
    """Where a resource stands; people other than its owner and the admins see ``published``."""

    draft = "draft"
    in_review = "in_review"
    published = "published"
    withdrawn = "withdrawn"


class Visibility(StrEnum):
    """Who sees it once published: one school, or everyone signed in."""

    school = "school"
    shared = "shared"


class Description(msgspec.Struct, frozen=True):
    """What its owner says about a resource; the codes are those of the vocabulary."""

    title: str
    subject: str
    kind: str
    stage: str = "junior"
    grade: str = "any"
    language: str = "zh"
    licence: str = "school_use"
    edition: str = ""
    abstract: str = ""
    authors: list[str] = []
    keywords: list[str] = []
    visibility: Visibility = Visibility.school


class Resource(msgspec.Struct, frozen=True):
    """A resource as its page shows it."""

    id: UUID
    school_id: int
    school_name_zh: str
    school_name_en: str
    owner_id: int
    owner_name: str
    title: str
    abstract: str
    stage: str
    subject: str
    grade: str
    edition: str
    kind: str
    language: str
    licence: str
    authors: list[str]
    keywords: list[str]
    visibility: Visibility
    state: ResourceState
    version: int
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    # Who withdrew it, and whether the owner may therefore not publish it again.
    withdrawn_by_name: str | None
    is_withdrawn_by_admin: bool


# Each is a column of its name.
_DESCRIBED = Description.__struct_fields__
_SELECT = (
    "SELECT r.id, r.school AS school_id, s.name_zh AS school_name_zh, s.name_en AS school_name_en,"
    f" r.owner AS owner_id, p.name AS owner_name, {', '.join(f'r.{name}' for name in _DESCRIBED)},"
    " r.state, r.version, r.created_at, r.updated_at, r.published_at,"
    " w.name AS withdrawn_by_name,"
    " coalesce(r.withdrawn_by <> r.owner, false) AS is_withdrawn_by_admin"
    " FROM resource r JOIN school s ON s.id = r.school JOIN person p ON p.id = r.owner"
    " LEFT JOIN person w ON w.id = r.withdrawn_by"
)


# The database refuses to publish what still says who withdrew it; ``_step`` takes that away only
# for those who may.
_REFUSALS = {
    "resource_published_is_not_withdrawn": Forbidden(
        say(
            "An administrator withdrew it, so only an administrator can publish it again."
            " Make it a draft, change what is wrong, and ask for review."
        ),
        code="withdrawn_by_admin",
    )
}


def can_publish(actor: Actor, resource: Resource) -> bool:
    """Whether the actor may publish it: not its owner after an administrator has withdrawn it."""
    is_admin = resource.school_id in actor.school_ids_with(REVIEW_RESOURCES)
    return can_change(actor, resource) and (is_admin or not resource.is_withdrawn_by_admin)


def can_change(actor: Actor, resource: Resource) -> bool:
    """Whether the actor may edit, publish and withdraw it."""
    return may_change(actor, school_id=resource.school_id, owner_id=resource.owner_id)


async def get_resource(actor: Actor, resource_id: UUID) -> Resource:
    """A resource the actor may see, else NotFound."""
    where = visible_to(actor)
    where.add("r.id = :id", id=resource_id)
    return await database.get_one(
        Resource,
        f"{_SELECT} WHERE {where}",
        **where.values,
        missing=say("There is no such resource, or you may not see it"),
    )


async def create_resource(
    actor: Actor,
    school_id: int,
    description: Description,
    *,
    upload_id: UUID | None = None,
) -> Resource:
    """A draft of one's own, with the file of ``upload_id`` now or as soon as that is ready."""
    actor.require(school_id, CONTRIBUTE_RESOURCES)
    written = _written(description)
    resource_id = uuid7()
    async with database.transaction(actor):
        await insert_row(
            tables.Resource,
            id=resource_id,
            school_id=school_id,
            owner=actor.person_id,
            created_at=(moment := now()),
            updated_at=moment,
            **written,
        )
        if upload_id is not None:
            await revisions.add(actor, resource_id, upload_id)
    return await get_resource(actor, resource_id)


async def update_resource(
    actor: Actor, resource_id: UUID, description: Description, *, version: int
) -> Resource:
    """Describe it anew; Conflict if somebody else has changed it since ``version``."""
    written = _written(description)
    async with database.transaction(actor):
        await _changeable(actor, resource_id)
        if not await update_row(
            tables.Resource, resource_id, version_read=version, updated_at=now(), **written
        ):
            raise Conflict(
                say("Somebody has changed this in the meantime; look at it again first"),
                code="stale",
            )
    return await get_resource(actor, resource_id)


async def submit(actor: Actor, resource_id: UUID) -> Resource:
    """Ask the school's administrators to publish it."""
    return await _step(actor, resource_id, ResourceState.in_review, "draft")


async def take_back(actor: Actor, resource_id: UUID) -> Resource:
    """Make it a draft again: out of review, or after it was withdrawn."""
    return await _step(actor, resource_id, ResourceState.draft, "in_review", "withdrawn")


async def publish(actor: Actor, resource_id: UUID) -> Resource:
    """Let others find it; refused while it has no file that is ready.

    What an administrator withdrew, an administrator alone publishes again: else Forbidden.
    """
    return await _step(
        actor, resource_id, ResourceState.published, "draft", "in_review", "withdrawn"
    )


async def withdraw(actor: Actor, resource_id: UUID) -> Resource:
    """Take it out of the library; nothing is deleted."""
    return await _step(actor, resource_id, ResourceState.withdrawn, "published")


def checked(description: Description) -> Description:
    """The description tidied, or Invalid with every field that is wrong."""
    clean, errors = tidied(description, TEXTS)
    errors = wrong_codes(**{facet: getattr(description, facet) for facet in FACETS}) + errors
    authors, keywords = _words(description.authors), _words(description.keywords)
    for field, words in (("authors", authors), ("keywords", keywords)):
        if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
            errors.append(
                FieldError(field, say("At most {most} of them, each short", most=MOST_WORDS))
            )
    refuse(errors)
    return msgspec.structs.replace(clean, authors=authors, keywords=keywords)


def _words(given: list[str]) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in given if word.strip()))


def _written(description: Description) -> dict[str, object]:
    """What is stored of it, by column."""
    described = checked(description)
    return msgspec.structs.asdict(described) | {"initials": search.initials(described.title)}


async def _changeable(actor: Actor, resource_id: UUID) -> Resource:
    # Locked, so that what is decided from its state still holds when the change is written.
    await database.execute("SELECT FROM resource WHERE id = $1 FOR NO KEY UPDATE", resource_id)
    resource = await get_resource(actor, resource_id)
    if not can_change(actor, resource):
        raise Forbidden(say("Only its owner and the school's administrators may change this"))
    return resource


async def _step(actor: Actor, resource_id: UUID, state: ResourceState, *origins: str) -> Resource:
    with database.refusing(_REFUSALS):
        async with database.transaction(actor):
            before = await _changeable(actor, resource_id)
            if state is ResourceState.published:
                await _refuse_without_file(resource_id)
            done = await _move(actor, before, state, origins)
            resource = await get_resource(actor, resource_id)
            # Saying it twice is no mistake: a phone repeats what it is not sure of.
            if not done and resource.state is not state:
                raise Conflict(
                    say("This cannot be done from its present state"), code="wrong_state"
                )
    return resource


async def _move(
    actor: Actor, resource: Resource, state: ResourceState, origins: tuple[str, ...]
) -> bool:
    is_admin = resource.school_id in actor.school_ids_with(REVIEW_RESOURCES)
    done = await database.execute(
        "UPDATE resource SET state = :state::text, version = version + 1, updated_at = :updated_at,"
        " published_at = CASE WHEN :state::text = 'published' THEN coalesce(published_at,"
        " :updated_at)"
        " ELSE published_at END,"
        " withdrawn_by = CASE WHEN :state::text = 'withdrawn' THEN :person_id::bigint"
        " WHEN :state::text = 'published' AND (:is_admin OR withdrawn_by = owner) THEN NULL"
        " ELSE withdrawn_by END WHERE id = :id AND state = any(:origins::text[])",
        id=resource.id,
        state=str(state),
        updated_at=now(),
        origins=list(origins),
        person_id=actor.person_id,
        is_admin=is_admin,
    )
    return bool(done)


async def _refuse_without_file(resource_id: UUID) -> None:
    has_file = await database.fetch_value(
        "SELECT true FROM revision v JOIN blob b ON b.id = v.blob"
        " WHERE v.resource = $1 AND b.damaged_at IS NULL LIMIT 1",
        resource_id,
    )
    if not has_file:
        raise Conflict(
            say("It has no file yet; add one and wait until it has been checked"), code="no_file"
        )
