"""`labshare serve` as a whole: starts, stops in order, and outlives the death of any part."""

import base64
import contextlib
import hashlib
import os
import pwd
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from labshare.engines import postgres
from labshare.engines.account import ACCOUNT
from tests.labshare.service import Service, labshare, serving, set_up
from tests.patience import PATIENCE_SECONDS

pytestmark = [pytest.mark.engines]

ASSETS = "Tag,Kind,Brand,Model,Serial number\nLB-9001,computer,Sample,Desk 1,SN-9001\n"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve") / "data"


@pytest.fixture(scope="module")
def first_life(data: Path) -> Iterator[tuple[Service, httpx.Client]]:
    """A service that was set up, on the folder that every test of this module goes on with."""
    with serving(data) as service:
        code = service.setup_code()
        with contextlib.closing(set_up(service, code)) as browser:
            yield service, browser


def eventually(holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError, psutil.Error, LookupError, OSError):
            if holds():
                return
        time.sleep(0.2)
    raise AssertionError("it did not come to pass")


def is_ready(service: Service) -> bool:
    return httpx.get(f"{service.address}/readyz", timeout=PATIENCE_SECONDS).status_code == 200


def is_alive(process: psutil.Process) -> bool:
    """Zombies are dead; in a container there may be nobody to bury them."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def process_running(service: Service, words: str) -> psutil.Process:
    for process in service.all_processes():
        if words in " ".join(process.cmdline()):
            return process
    raise LookupError(words)


def bearer(data: Path) -> dict[str, str]:
    made = labshare(data, "token", "create", "--person", "admin")
    assert made.returncode == 0, made.stderr
    assert made.stdout.count("\n") == 1  # the token alone
    return {"authorization": f"Bearer {made.stdout.strip()}"}


def test_the_link_for_the_first_admin_works_once(
    first_life: tuple[Service, httpx.Client],
) -> None:
    service, browser = first_life
    assert browser.get("/").status_code == 200
    assert httpx.get(f"{service.address}/setup", timeout=PATIENCE_SECONDS).status_code == 303


def test_commands_work_beside_the_running_service(
    first_life: tuple[Service, httpx.Client], data: Path, tmp_path: Path
) -> None:
    service, _ = first_life
    added = labshare(data, "person", "add", "教师一", "--role", "teacher", "--school", "LB")
    assert (added.returncode, len(added.stdout.split())) == (0, 2), added.stderr
    file = tmp_path / "assets.csv"
    file.write_text(ASSETS)
    tried = labshare(data, "import", "assets", str(file), "--dry-run")
    assert (tried.returncode, "1 new" in tried.stdout) == (0, True), tried.stderr
    done = labshare(data, "import", "assets", str(file))
    assert done.returncode == 0, done.stderr
    answer = httpx.get(
        f"{service.address}/api/v1/assets/LB-9001", headers=bearer(data), timeout=PATIENCE_SECONDS
    )
    assert answer.json()["serial_number"] == "SN-9001"
    checked = labshare(data, "check")
    assert (checked.returncode, "wrong" in checked.stdout) == (0, False), checked.stdout


def test_a_second_service_on_the_same_folder_says_so(
    first_life: tuple[Service, httpx.Client], data: Path
) -> None:
    del first_life
    refused = labshare(data, "serve", "--port", "0")
    assert refused.returncode == 1
    assert "another Labshare already uses" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_dead_web_process_and_a_dead_worker_are_started_again(
    first_life: tuple[Service, httpx.Client],
) -> None:
    service, _ = first_life
    dead = [process_running(service, words) for words in ("labshare web", "labshare worker")]
    for process in dead:
        process.kill()
    eventually(lambda: process_running(service, "labshare web") not in dead)
    eventually(lambda: process_running(service, "labshare worker") not in dead)
    eventually(lambda: is_ready(service))


def test_a_dead_database_is_started_again_with_all_that_hangs_on_it(
    first_life: tuple[Service, httpx.Client], data: Path
) -> None:
    service, browser = first_life
    server = process_running(service, "bin/postgres")
    server.kill()
    eventually(lambda: process_running(service, "bin/postgres").pid != server.pid)
    service.ready()
    assert postgres.find_running(data) is not None
    eventually(lambda: browser.get("/").status_code == 200)


def test_a_dead_store_is_started_again_alone_and_pages_go_on(
    first_life: tuple[Service, httpx.Client],
) -> None:
    service, browser = first_life
    words = ("bin/postgres", "labshare web", "labshare worker")
    others = [process_running(service, each).pid for each in words]
    for _ in range(2):
        store = process_running(service, "bin/weed")
        store.kill()
        assert browser.get("/").status_code == 200
        eventually(lambda dead=store.pid: process_running(service, "bin/weed").pid != dead)
        eventually(lambda: httpx.get(f"{service.address}/readyz").json()["status"] == "ready")
    assert [process_running(service, each).pid for each in words] == others


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has root to give up")
def test_only_the_supervisor_keeps_root(
    first_life: tuple[Service, httpx.Client],
) -> None:
    service, _ = first_life
    account = pwd.getpwnam(ACCOUNT)
    eventually(lambda: is_ready(service))
    supervisor, *others = service.all_processes()
    assert supervisor.pid == service.process.pid
    assert {" ".join(each.cmdline()[-2:]) for each in others} & {"labshare worker"}
    for each in others:
        assert set(each.uids()) == {account.pw_uid}, each.cmdline()
        assert set(each.gids()) == {account.pw_gid}, each.cmdline()
        groups = Path(f"/proc/{each.pid}/status").read_text().partition("Groups:")[2]
        assert groups.partition("\n")[0].strip() == ""


class Writer(threading.Thread):
    """Writes as fast as it is answered, and remembers what was acknowledged."""

    def __init__(self, address: str, headers: dict[str, str], model_id: int) -> None:
        super().__init__(daemon=True)
        self._browser = httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_SECONDS)
        self._model_id = model_id
        self.tags: list[str] = []
        self.uploads: dict[str, tuple[int, bytes]] = {}

    def run(self) -> None:
        with contextlib.suppress(httpx.HTTPError, KeyError):
            for number in range(100_000):
                self._add_asset(number)
                self._send_part(number)

    def _add_asset(self, number: int) -> None:
        wanted = {"school": "LB", "model_id": self._model_id, "note": f"asset {number}"}
        answer = self._browser.post("/api/v1/assets", json=wanted)
        if answer.status_code == 201:
            self.tags.append(answer.json()["tag"])

    def _send_part(self, number: int) -> None:
        content = hashlib.sha256(str(number).encode()).digest() * 8192
        name = base64.b64encode(f"课件{number}.pdf".encode()).decode()
        opened = self._browser.post(
            "/api/v1/uploads",
            headers={
                "tus-resumable": "1.0.0",
                "upload-length": str(len(content) * 2),
                "upload-metadata": f"filename {name}",
            },
        )
        location = opened.headers["location"]
        sent = self._browser.patch(
            location,
            content=content,
            headers={
                "tus-resumable": "1.0.0",
                "upload-offset": "0",
                "content-type": "application/offset+octet-stream",
            },
        )
        if sent.status_code == 204:
            self.uploads[location] = (int(sent.headers["upload-offset"]), content)


def killed_while_writing(service: Service, data: Path) -> Writer:
    headers = bearer(data)
    known = httpx.get(
        f"{service.address}/api/v1/assets/LB-9001", headers=headers, timeout=PATIENCE_SECONDS
    ).json()
    writer = Writer(service.address, headers, known["model_id"])
    writer.start()
    eventually(lambda: len(writer.tags) > 5 and len(writer.uploads) > 5)
    service.kill_everything()
    writer.join(PATIENCE_SECONDS)
    return writer


def test_everything_acknowledged_outlives_the_death_of_the_whole_group(
    first_life: tuple[Service, httpx.Client], data: Path
) -> None:
    written = killed_while_writing(first_life[0], data)
    checked = labshare(data, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with serving(data) as service:
        headers = bearer(data)
        with httpx.Client(
            base_url=service.address, headers=headers, timeout=PATIENCE_SECONDS
        ) as browser:
            for tag in written.tags:
                assert browser.get(f"/api/v1/assets/{tag}").status_code == 200, tag
            for location, (offset, _) in written.uploads.items():
                told = browser.head(location, headers={"tus-resumable": "1.0.0"})
                assert int(told.headers["upload-offset"]) >= offset
        left_alone = service.all_processes()
        service.process.kill()
        service.process.wait(PATIENCE_SECONDS)
        eventually(lambda: not any(is_alive(each) for each in left_alone))
    checked = labshare(data, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_ctrl_c_stops_every_child_and_a_second_start_finds_its_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as service:
        set_up(service, service.setup_code()).close()
        children = service.all_processes()
        assert len(children) > 4
        assert service.stop() == 0
    assert [each for each in children if is_alive(each)] == []
    assert any("Ctrl-C stops it" in line for line in service.lines)
    with serving(data) as again:
        assert httpx.get(f"{again.address}/setup", timeout=PATIENCE_SECONDS).status_code == 303
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait(PATIENCE_SECONDS) == 0
    assert not any("/setup#" in line for line in again.lines)


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = labshare(tmp_path / "data", "serve", "--port", port)
    assert refused.returncode == 1
    assert "choose another with --port" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "data" / "postgres").exists()
