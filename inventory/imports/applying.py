"""A staged file goes into the books: every row of it in one transaction, or none."""

from typing import Any
from uuid import UUID

import anyio.lowlevel
import msgspec

from core.access import Actor
from core.database import execute, execute_many, fetch, fetch_value, transaction
from core.errors import Conflict, Message, Problem, say
from inventory import tags
from inventory.assets.school_numbers import set_numbers
from inventory.assets.shapes import Condition, LifecycleState
from inventory.assets.writing import REFUSALS as ASSET_REFUSALS
from inventory.assets.writing import Draft, insert_assets, update_fields
from inventory.custom_fields.values import find_fields_at, set_values
from inventory.imports.files import RawRow
from inventory.imports.reading import get_import
from inventory.imports.shapes import ImportJob, ImportState, Verdict
from inventory.imports.staging import in_slices, judge_rows, write_rows
from inventory.imports.verdicts import Judged
from inventory.models import ModelFacts, ensure_model

REFUSALS: dict[str, Message | Problem] = {
    **ASSET_REFUSALS,
    "import_job_applied_once": say("This very file has just been imported by somebody else"),
}


class _Staged(msgspec.Struct):
    line: int
    raw: dict[str, str]
    verdict: Verdict
    asset: int | None
    diff: list[dict[str, Any]]

    def says_the_same(self, now: Judged) -> bool:
        """Whether a row would still do what the preview showed."""
        known = now.known.id if now.known is not None else None
        shown = (self.verdict, self.asset, self.diff)
        return shown == (now.verdict, known, msgspec.to_builtins(list(now.diff)))


async def apply_import(actor: Actor, job_id: UUID) -> ImportJob:
    """Write a staged import into the books, exactly as its preview said.

    Refused if a row is wrong. If the books changed since the preview so that a row would now do
    something else, the preview is made anew and nothing is written.
    """
    async with transaction(actor, REFUSALS):
        job = await _locked(actor, job_id)
        staged = await fetch(
            _Staged,
            "SELECT line, raw, verdict, asset, diff FROM import_row WHERE job = $1 ORDER BY line",
            job.id,
        )
        await execute(
            "SELECT FROM asset WHERE id = any($1::bigint[]) ORDER BY id FOR UPDATE",
            [row.asset for row in staged if row.asset is not None],
        )
        rows = tuple(RawRow(row.line, row.raw) for row in staged)
        judged = await judge_rows(job.school_id, job.school, rows)
        is_as_shown = await _is_as_shown(staged, judged)
        await write_rows(job.id, judged)
        if is_as_shown:
            await _write(job, judged)
    if not is_as_shown:
        raise Conflict(
            say("The books have changed since this preview; look at the new one first"),
            code="preview_stale",
        )
    return await get_import(actor, job_id)


async def _is_as_shown(staged: list[_Staged], judged: list[Judged]) -> bool:
    for slice_ in in_slices(list(zip(staged, judged, strict=True))):
        if not all(row.says_the_same(one) for row, one in slice_):
            return False
        await anyio.lowlevel.checkpoint()
    return True


async def _locked(actor: Actor, job_id: UUID) -> ImportJob:
    await execute("SELECT FROM import_job WHERE id = $1 FOR UPDATE", job_id)
    job = await get_import(actor, job_id)
    if job.state is not ImportState.staged:
        raise Conflict(say("This import is finished already"), code="finished")
    if job.counts.error:
        raise Conflict(
            say(
                "{count} rows are wrong; mend them in the file and choose it again",
                count=job.counts.error,
            ),
            code="has_errors",
        )
    return job


async def _write(job: ImportJob, judged: list[Judged]) -> None:
    models = await _ensure_models(judged)
    asked = await find_fields_at([job.school_id])
    created = [one for one in judged if one.verdict is Verdict.create]
    made = iter(await tags.next_tags(job.school_id, sum(one.tag is None for one in created)))
    drafts = [_draft(job.school_id, one, one.tag or next(made), models) for one in created]
    for slice_ in in_slices(drafts):
        await insert_assets(*slice_)
    for one, draft in zip(created, drafts, strict=True):
        if one.fields:
            asset_id = await fetch_value("SELECT id FROM asset WHERE tag = $1", draft.tag)
            await set_values(asset_id, job.school_id, one.fields, asked=asked)
    await execute_many(
        "UPDATE import_row SET asset = (SELECT id FROM asset WHERE tag = $3)"
        " WHERE job = $1 AND line = $2",
        [(job.id, one.row.line, draft.tag) for one, draft in zip(created, drafts, strict=True)],
    )
    for one in judged:
        if one.verdict is Verdict.update and one.known is not None:
            given = dict(one.given)
            if one.model is not None:
                given["model_id"] = models[_key(one.model)]
            numbers = given.pop("numbers", None)
            is_changed = isinstance(numbers, tuple) and await set_numbers(
                one.known.id, job.school_id, numbers
            )
            is_changed |= bool(one.fields)
            await update_fields(one.known.id, given, is_changed=is_changed)
            await set_values(one.known.id, job.school_id, one.fields, asked=asked)
    await execute(
        "UPDATE import_job SET state = 'applied', applied_at = now() WHERE id = $1", job.id
    )


async def _ensure_models(judged: list[Judged]) -> dict[tuple[str, str, str], int]:
    models: dict[tuple[str, str, str], int] = {}
    for one in judged:
        if one.model is not None and _key(one.model) not in models:
            models[_key(one.model)] = await ensure_model(one.model)
    return models


def _key(model: ModelFacts) -> tuple[str, str, str]:
    return (model.kind.value, model.brand.casefold(), model.name.casefold())


def _draft(school_id: int, one: Judged, tag: str, models: dict[tuple[str, str, str], int]) -> Draft:
    assert one.model is not None
    draft = Draft(
        tag=tag,
        school_id=school_id,
        title_holder_id=school_id,
        model_id=models[_key(one.model)],
        lifecycle=LifecycleState.in_service,
        condition=Condition.unknown,
    )
    given = {field: value for field, value in one.given.items() if field != "model_id"}
    return msgspec.structs.replace(draft, **given)
