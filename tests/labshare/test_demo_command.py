"""`labshare demo`: what a visitor tries first, as they try it."""

import asyncio
from pathlib import Path

import httpx
import pytest

from core.access import Role
from labshare import simulated_devices
from labshare.engines.account import OURSELVES
from labshare.engines.folders import private_folder
from monitoring.polling.full_visit import visit
from monitoring.snmp import Address, Community
from tests.labshare.service import Service, labshare, printed_sign_ins, serving
from tests.monitoring.sessions import PatientSession
from tests.patience import PATIENCE_SECONDS

pytestmark = [pytest.mark.engines]


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


def test_the_demo_lets_every_role_in_and_its_devices_answer(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    with serving(data, "demo") as service:
        printed = printed_sign_ins(service)
        assert len(printed) == len(Role)
        for login, password in printed.values():
            assert signs_in(service, login, password), login
        port = simulated_devices.find_port(data)
        assert asyncio.run(profile_at(port, "printer-201")) == "printer_epson"
        assert asyncio.run(profile_at(port, "ups-301")) == "ups"
        checked = labshare(data, "check")
        assert checked.returncode == 0, checked.stdout
        assert service.stop() == 0
    with serving(data, "demo") as again:
        assert printed_sign_ins(again) == printed


def test_the_demo_keeps_away_from_a_folder_that_is_in_use_for_real(tmp_path: Path) -> None:
    private_folder(tmp_path / "data" / "postgres", OURSELVES)
    refused = labshare(tmp_path, "demo", "--data", str(tmp_path / "data"))
    assert refused.returncode == 1
    assert "choose another folder with --data" in refused.stderr
