"""The sign-in slips of the people whom an import added."""

from uuid import UUID

from core import sign_in_slips
from core.access import Actor
from core.database import fetch_column
from core.sign_in_slips import Slip
from inventory.imports.reading import get_import
from inventory.imports.shapes import ImportJob, ImportState, Noun

ADDED = """
SELECT targets[1] FROM import_row
 WHERE job = $1 AND verdict = 'create' AND NOT is_left_out AND targets[1] IS NOT NULL
 ORDER BY line
"""


async def count_slips(actor: Actor, job: ImportJob) -> int:
    """How many people of an applied import have no first password yet."""
    if job.noun is not Noun.people or job.state is not ImportState.applied:
        return 0
    added = await fetch_column(int, ADDED, job.id)
    return len(await sign_in_slips.find_without_password(actor, job.school_id, added))


async def print_slips(actor: Actor, job_id: UUID) -> list[Slip]:
    """Slips for the next thirty of them, each password shown this once; none if all have one."""
    job = await get_import(actor, job_id)
    if not await count_slips(actor, job):
        return []
    added = await fetch_column(int, ADDED, job.id)
    return await sign_in_slips.make_slips(actor, job.school_id, added)
