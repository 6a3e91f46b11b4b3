"""Each role's commonest jobs, in Chinese, in a real browser, against `labshare demo` itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import msgspec
import pytest
from playwright.async_api import Browser

from core.access import Role
from labshare import simulated_devices
from monitoring.polling.full_visit import visit
from monitoring.snmp import Address, Community
from tests.browser.harness import DESKTOP, PHONE
from tests.browser.jobs import admin, auditor, student_helper, teacher, technician
from tests.browser.jobs.desk import Desk, Job, signed_in
from tests.labshare.service import Service, labshare, printed_sign_ins, serving
from tests.monitoring.sessions import PatientSession
from tests.patience import PATIENCE_SECONDS

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
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
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


def signs_in(service: Service, login: str, password: str) -> bool:
    headers = {"origin": service.address}
    with httpx.Client(
        base_url=service.address, headers=headers, timeout=PATIENCE_SECONDS
    ) as browser:
        browser.post("/sign-in", data={"login": login, "password": password})
        return browser.get("/", follow_redirects=False).status_code == 200


async def profile_at(port: int, walk: str) -> str:
    async with PatientSession() as wire:
        return (await visit(wire, Address("127.0.0.1", port), Community(walk))).profile


def test_the_demo_lets_every_role_in_and_its_devices_answer(demo: Demo) -> None:
    assert len(demo.sign_ins) == len(Role)
    for login, password in demo.sign_ins.values():
        assert signs_in(demo.service, login, password), login
    port = simulated_devices.find_port(demo.service.data)
    assert asyncio.run(profile_at(port, "printer-201")) == "printer_epson"
    assert asyncio.run(profile_at(port, "ups-301")) == "ups"


def test_afterwards_the_books_are_in_order_and_the_next_start_finds_them(demo: Demo) -> None:
    checked = labshare(demo.service.data, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert demo.service.stop() == 0
    with serving(demo.service.data, "demo") as again:
        assert printed_sign_ins(again) == demo.sign_ins
