"""Resources: described, stepped through their life, and changed by nobody else."""

import asyncio
from pathlib import Path

import asyncpg
import msgspec
import pytest

from core import audit, database
from core.access import Role
from core.errors import Conflict, Forbidden, Invalid, NotFound
from storage import catalogue, downloads, resources, revisions, vocabulary
from storage.catalogue import Filters
from storage.resources import ResourceState
from tests import factories
from tests.conftest import Stack
from tests.factories_library import description, finished, received, resource, teacher
from tests.storage import samples

STEPS = {
    "submit": resources.submit,
    "take_back": resources.take_back,
    "publish": resources.publish,
    "withdraw": resources.withdraw,
}
ALLOWED = {
    ("draft", "submit"): "in_review",
    ("draft", "publish"): "published",
    ("in_review", "take_back"): "draft",
    ("in_review", "publish"): "published",
    ("published", "withdraw"): "withdrawn",
    ("withdrawn", "take_back"): "draft",
    ("withdrawn", "publish"): "published",
    # Said twice is said once.
    ("draft", "take_back"): "draft",
    ("in_review", "submit"): "in_review",
    ("published", "publish"): "published",
    ("withdrawn", "withdraw"): "withdrawn",
}
WAY_TO = {
    "draft": (),
    "in_review": ("submit",),
    "published": ("publish",),
    "withdrawn": ("publish", "withdraw"),
}


@pytest.mark.parametrize("state", WAY_TO)
async def test_only_the_steps_that_exist_can_be_taken(
    db: Stack, tmp_path: Path, state: str
) -> None:
    actor = (await teacher()).actor
    for name, step in STEPS.items():
        made = await resource(actor, tmp_path, published=False)
        for before in WAY_TO[state]:
            await STEPS[before](actor, made.id)
        wanted = ALLOWED.get((state, name))
        if wanted is None:
            with pytest.raises(Conflict):
                await step(actor, made.id)
        else:
            assert (await step(actor, made.id)).state == wanted


async def test_a_step_that_does_not_exist_is_refused_by_the_database(
    db: Stack, tmp_path: Path
) -> None:
    actor = (await teacher()).actor
    made = await resource(actor, tmp_path, published=False)
    with pytest.raises(Exception, match="resource_step_exists"):
        await database.execute("UPDATE resource SET state = 'withdrawn' WHERE id = $1", made.id)


async def test_an_admin_of_the_school_publishes_what_a_teacher_made(
    db: Stack, tmp_path: Path
) -> None:
    school = await factories.school()
    owner = (await factories.person(Role.teacher, school)).actor
    made = await resource(owner, tmp_path, published=False)
    await resources.submit(owner, made.id)
    admin = (await factories.person(Role.admin, school)).actor
    assert (await resources.publish(admin, made.id)).state is ResourceState.published
    colleague = (await factories.person(Role.teacher, school)).actor
    with pytest.raises(Forbidden):
        await resources.withdraw(colleague, made.id)


async def test_who_left_the_school_changes_nothing_of_it_any_more(
    db: Stack, tmp_path: Path
) -> None:
    owner = (await teacher()).actor
    made = await resource(owner, tmp_path, visibility="shared")
    elsewhere = (await teacher()).actor.memberships
    gone = msgspec.structs.replace(owner, memberships=elsewhere)
    with pytest.raises(Forbidden):
        await resources.withdraw(gone, made.id)
    draft = await resource(owner, tmp_path, "草稿", published=False)
    with pytest.raises(NotFound):
        await resources.get_resource(gone, draft.id)


async def test_who_has_left_every_school_reads_nothing_shared(db: Stack, tmp_path: Path) -> None:
    owner, other = (await teacher()).actor, (await teacher()).actor
    made = await resource(owner, tmp_path, visibility="shared")
    left = msgspec.structs.replace(other, memberships=())
    assert (await resources.get_resource(other, made.id)).id == made.id
    with pytest.raises(NotFound):
        await resources.get_resource(left, made.id)
    with pytest.raises(NotFound):
        await downloads.get_file(left, made.id)
    assert await revisions.list_revisions(left, made.id) == []
    assert not (await catalogue.list_resources(left, Filters())).items


@pytest.mark.parametrize("role", [Role.technician, Role.student_helper, Role.auditor])
async def test_only_teachers_and_admins_contribute(db: Stack, role: Role) -> None:
    actor = (await factories.person(role, await factories.school())).actor
    with pytest.raises(Forbidden):
        await resources.create_resource(actor, actor.school_ids[0], description())


async def test_all_wrong_fields_are_named_at_once(db: Stack) -> None:
    actor = (await teacher()).actor
    wrong = description(
        "长" * 201,
        grade="grade_99",
        licence="mine",
        keywords=["词"] * 3 + [str(n) for n in range(30)],
    )
    with pytest.raises(Invalid) as refusal:
        await resources.create_resource(actor, actor.school_ids[0], wrong)
    assert {error.field for error in refusal.value.errors} == {
        "title", "grade", "licence", "keywords",
    }  # fmt: skip


async def test_words_are_tidied(db: Stack) -> None:
    actor = (await teacher()).actor
    made = await resources.create_resource(
        actor,
        actor.school_ids[0],
        description("  光 的\n折射 ", keywords=[" 光 ", "", "光", "透镜"]),
    )
    assert (made.title, made.keywords) == ("光 的 折射", ["光", "透镜"])


async def test_revisions_are_numbered_and_one_upload_makes_one(db: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    made = await resource(actor, tmp_path)
    upload = await finished(actor, samples.pdf("第二版"), tmp_path)
    await revisions.add(actor, made.id, upload.id, note="改了例题")
    await revisions.add(actor, made.id, upload.id, note="按了两次")
    files = await revisions.list_revisions(actor, made.id)
    assert [(f.number, f.note) for f in files] == [(2, "改了例题"), (1, "")]
    other = await resource(actor, tmp_path, "另一个")
    with pytest.raises(Conflict):
        await revisions.add(actor, other.id, upload.id)


async def test_an_upload_of_another_school_is_not_taken(db: Stack, tmp_path: Path) -> None:
    one, two = await factories.school(), await factories.school()
    actor = (await factories.person(Role.teacher, one, two)).actor
    upload = await received(actor, samples.pdf("一"))
    made = await resources.create_resource(actor, two.id, description())
    assert upload.school_id == one.id
    with pytest.raises(Invalid):
        await revisions.add(actor, made.id, upload.id)


async def test_a_download_is_counted_once_a_person_and_day(db: Stack, tmp_path: Path) -> None:
    school = await factories.school()
    owner = (await factories.person(Role.teacher, school)).actor
    made = await resource(owner, tmp_path)
    file = await downloads.get_file(owner, made.id)
    for _ in range(3):
        await downloads.record_download(owner, file)
    await downloads.record_download((await factories.person(Role.auditor, school)).actor, file)
    (revision,) = await revisions.list_revisions(owner, made.id)
    assert revision.downloads == 2


async def test_history_says_who_changed_what_and_not_the_search_words(
    db: Stack, tmp_path: Path
) -> None:
    actor = (await teacher()).actor
    made = await resource(actor, tmp_path, "光的折射")
    await resources.update_resource(actor, made.id, description("光的反射"), version=made.version)
    newest, published, created = await audit.list_history("resource", made.id)
    assert [field.field for field in newest.fields] == ["title"]
    assert newest.actor_name == actor.name
    assert {field.field for field in published.fields} == {"published_at", "state"}
    assert not {"search", "initials"} & {field.field for field in created.fields}


def test_every_term_has_both_labels() -> None:
    for facet in vocabulary.FACETS:
        for term in vocabulary.terms(facet).values():
            assert term.label("zh_CN") and term.label("en") and term.code.isascii()
    assert vocabulary.label("grade", "grade_7", "zh_CN") == "七年级"
    assert vocabulary.label("grade", "unheard_of", "en") == "unheard_of"


async def test_what_an_admin_withdrew_its_author_cannot_publish_again(
    db: Stack, tmp_path: Path
) -> None:
    school = await factories.school()
    owner = (await factories.person(Role.teacher, school)).actor
    admin = await factories.person(Role.admin, school)
    made = await resource(owner, tmp_path)
    withdrawn = await resources.withdraw(admin.actor, made.id)
    assert withdrawn.is_withdrawn_by_admin
    assert not resources.can_publish(owner, withdrawn)
    for step in (resources.publish, resources.take_back, resources.publish):
        if step is resources.take_back:
            assert (await step(owner, made.id)).state is ResourceState.draft
            continue
        with pytest.raises(Forbidden) as refused:
            await step(owner, made.id)
        assert refused.value.code == "withdrawn_by_admin"
    await resources.submit(owner, made.id)
    with pytest.raises(Forbidden):
        await resources.publish(owner, made.id)
    published = await resources.publish(admin.actor, made.id)
    assert published.state is ResourceState.published
    assert not published.is_withdrawn_by_admin
    # What its owner takes out themselves comes back as they like.
    await resources.withdraw(owner, made.id)
    assert (await resources.publish(owner, made.id)).state is ResourceState.published


async def test_an_owner_who_publishes_while_an_admin_withdraws_does_not_win(
    db: Stack, tmp_path: Path
) -> None:
    school = await factories.school()
    owner = (await factories.person(Role.teacher, school)).actor
    admin = (await factories.person(Role.admin, school)).actor
    made = await resource(owner, tmp_path)
    answers = await asyncio.gather(
        resources.withdraw(admin, made.id),
        *(resources.publish(owner, made.id) for _ in range(32)),
        return_exceptions=True,
    )
    assert not isinstance(answers[0], BaseException)
    assert all(not isinstance(a, BaseException) or isinstance(a, Forbidden) for a in answers)
    assert (await resources.get_resource(owner, made.id)).state is ResourceState.withdrawn
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute("UPDATE resource SET state = 'published' WHERE id = $1", made.id)
