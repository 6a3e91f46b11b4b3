"""Each role's commonest jobs, in Chinese, in a real browser, against `labshare demo` itself."""

from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest
from playwright.async_api import Browser

from tests.browser.harness import DESKTOP, PHONE
from tests.browser.jobs import admin, auditor, student_helper, teacher, technician
from tests.browser.jobs.desk import Desk, Job, signed_in
from tests.labshare.service import Service, labshare, printed_sign_ins, serving

pytestmark = [pytest.mark.browser, pytest.mark.engines]

ROLES = {
    "technician": (technician.JOBS, PHONE),
    "teacher": (teacher.JOBS, PHONE),
    "student helper": (student_helper.JOBS, PHONE),
    "admin": (admin.JOBS, DESKTOP),
    "auditor": (auditor.JOBS, DESKTOP),
}


class Demo(msgspec.Struct, frozen=True):
    service: Service
    sign_ins: dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def demo(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with serving(tmp_path_factory.mktemp("demo") / "data", "demo") as service:
        yield Demo(service, printed_sign_ins(service))


@pytest.fixture
async def desk(browser: Browser, demo: Demo, role: str) -> AsyncIterator[Desk]:
    login, password = demo.sign_ins[role]
    one = await signed_in(browser, demo.service.address, login, password, width=ROLES[role][1])
    yield one
    await one.page.context.close()


@pytest.mark.parametrize(
    ("role", "job"),
    [(role, job) for role, (jobs, _) in ROLES.items() for job in jobs],
    ids=lambda one: getattr(one, "__name__", one),
)
async def test_a_role_does_its_job_on_the_demo(desk: Desk, job: Job) -> None:
    await job(desk)
    assert not desk.faults


def test_afterwards_the_books_are_in_order(demo: Demo) -> None:
    checked = labshare(demo.service.data, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
