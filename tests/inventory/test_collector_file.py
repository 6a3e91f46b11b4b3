"""The collecting file itself. Its Linux half runs here in each shell there is, with the recorded output
of the programs that it asks; its Windows half cannot run here, so its text is looked at."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from inventory.collector.disks import HoursSource
from inventory.collector.script import collecting_file
from inventory.collector.texts import CollectedText, read_texts

SECRET = bytes(range(200, 232))
FILE = collecting_file(7, SECRET)
SHELLS = [name for name in ("sh", "bash", "dash", "busybox") if shutil.which(name)]
# As smartctl 7.3, nvme-cli 2.3 and udisksctl 2.9 write it, shortened.
SMARTCTL_ATA = """\
SMART Attributes Data Structure revision number: 16
ID# ATTRIBUTE_NAME          FLAG     VALUE WORST THRESH TYPE      UPDATED  WHEN_FAILED RAW_VALUE
  5 Reallocated_Sector_Ct   0x0033   100   100   010    Pre-fail  Always       -       0
  9 Power_On_Hours          0x0032   087   087   000    Old_age   Always       -       9731h+22m+41.153s
"""
NVME = "Smart Log for NVME device:nvme0n1\npower_cycles : 912\npower_on_hours\t: 4,812 (200 days)\n"
UDISKS = """\
/org/freedesktop/UDisks2/drives/WDC_1:
  org.freedesktop.UDisks2.Drive:
    Serial:                     WD-OTHER
  org.freedesktop.UDisks2.Drive.Ata:
    SmartPowerOnSeconds:        3600

/org/freedesktop/UDisks2/drives/WDC_2:
  org.freedesktop.UDisks2.Drive:
    Serial:                     WD-WCAY77
  org.freedesktop.UDisks2.Drive.Ata:
    SmartPowerOnSeconds:        7203600
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The files of a computer with a disk, an NVMe disk, a stick and a CD drive."""
    root = tmp_path / "root"
    files = {
        "sys/class/dmi/id/sys_vendor": "LENOVO\n",
        "sys/class/dmi/id/product_name": "ThinkCentre | M710t\n",
        "sys/class/dmi/id/product_serial": "PC0ABCDE \n",
        "sys/class/dmi/id/product_uuid": "4C4C4544-0042-3510-8052-B4C04F4D3232\n",
        "proc/cpuinfo": "processor\t: 0\nmodel name\t: Intel(R) Core(TM) i5-6500\n",
        "proc/meminfo": "MemTotal:        8000000 kB\n",
        "etc/os-release": 'NAME="UnionTech"\nPRETTY_NAME="UnionTech OS Desktop 20 专业版"\n',
        "run/udev/data/b8:0": "E:ID_SERIAL_SHORT=WD-WCAY77\n",
        "sys/block/sda/dev": "8:0\n",
        "sys/block/sda/size": "976773168\n",
        "sys/block/sda/removable": "0\n",
        "sys/block/sda/device/model": "WDC WD5000AAKX \n",
        "sys/block/nvme0n1/device/serial": "S4EVNX0N123456\n",
        "sys/block/nvme0n1/device/model": "Samsung SSD\n",
        "sys/block/nvme0n1/size": "500118192\n",
        "sys/block/sr0/size": "2097151\n",
        "sys/devices/usb1/sdb/removable": "0\n",
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (root / "sys/block/sdb").symlink_to("../devices/usb1/sdb")
    return root


def run(shell: str, machine: Path, **programs: str) -> CollectedText:
    """The text that the file writes, with these programs answering as they were recorded."""
    stick, bin_ = machine.parent / f"stick {shell}", machine.parent / f"bin-{shell}"
    stick.mkdir()
    bin_.mkdir()
    (stick / "labshare-collect.cmd").write_bytes(FILE)
    for name in ("smartctl", "nvme", "udisksctl"):
        stub = bin_ / name
        stub.write_text(f"#!/bin/sh\ncat <<'END'\n{programs.get(name, '')}\nEND\n")
        stub.chmod(0o755)
    command = [shell, "sh"] if shell == "busybox" else [shell]
    done = subprocess.run(
        [*command, str(stick / "labshare-collect.cmd"), "HG-00012"],
        env={
            "PATH": f"{bin_}:{os.environ['PATH']}",
            "LABSHARE_ROOT": str(machine),
            "LC_ALL": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    assert "已写入" in done.stdout.decode()
    (text,) = read_texts((stick / "labshare-readings.txt").read_text("ascii"))
    assert isinstance(text, CollectedText), text
    return text


@pytest.mark.parametrize("shell", SHELLS)
def test_linux_reads_and_signs_what_the_machine_is(shell: str, machine: Path) -> None:
    text = run(shell, machine, smartctl=SMARTCTL_ATA)
    assert text.is_signed_with(SECRET)
    assert not text.is_signed_with(SECRET[::-1])
    assert (text.key_id, text.tag, text.serial) == (7, "HG-00012", "PC0ABCDE")
    assert text.title == "LENOVO ThinkCentre M710t"
    assert text.uuid == "4c4c4544-0042-3510-8052-b4c04f4d3232"
    assert (text.processor, text.memory_mib) == ("Intel(R) Core(TM) i5-6500", 7812)
    assert text.system == "Linux UnionTech OS Desktop 20"
    assert text.machine_at is not None
    disks = {disk.serial: disk for disk in text.disks}
    assert set(disks) == {"WD-WCAY77", "S4EVNX0N123456"}
    assert disks["WD-WCAY77"].hours == 9731
    assert disks["WD-WCAY77"].size_bytes == 500_107_862_016


def test_linux_asks_whatever_is_there(machine: Path) -> None:
    text = run("sh", machine, nvme=NVME, udisksctl=UDISKS)
    found = {disk.serial: (disk.source, disk.hours) for disk in text.disks}
    assert found == {
        "WD-WCAY77": (HoursSource.udisks, 2001),
        "S4EVNX0N123456": (HoursSource.nvme, 4812),
    }


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_takes_the_whole_file(shell: str, tmp_path: Path) -> None:
    path = tmp_path / "labshare-collect.cmd"
    path.write_bytes(FILE)
    command = [shell, "sh"] if shell == "busybox" else [shell]
    done = subprocess.run([*command, "-n", str(path)], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_windows_is_given_what_it_can_read() -> None:
    text = FILE.decode("ascii")
    assert "@SAY" not in text
    assert "@KEY" not in text
    assert "_PAD@" not in text
    lines = text.split("\n")
    batch = lines[1 : lines.index("#BEGIN-WINDOWS")]
    # cmd reads labels only in files of its own line ends; there is none to be read but the first line.
    assert all(line.endswith("\r") for line in batch)
    assert not any(re.match(r"\s*(goto|call :|:)", line, re.IGNORECASE) for line in batch)
    assert batch[-1] == "exit /b\r"
    assert all("\r" not in line for line in lines[:1] + lines[len(batch) + 1 :])
    # The batch line finds the PowerShell half by marks that it does not itself hold.
    assert (text.count("#BEGIN-WINDOWS"), text.count("#END-WINDOWS")) == (1, 1)
    windows = text[text.index("#BEGIN-WINDOWS") : text.index("#END-WINDOWS")]
    for open_, close in ("()", "{}", "[]"):
        assert windows.count(open_) == windows.count(close)
    # What PowerShell 2 of Windows 7 does not have.
    for newer in ("Get-CimInstance", "[ordered]", "-notin", "[pscustomobject]", "::new(", "??"):
        assert newer not in windows
    assert SECRET.hex() in windows
