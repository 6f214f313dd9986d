"""infra/local/python-env.sh on simulated machines: its checks before a download, and when it does nothing."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "infra" / "local" / "python-env.sh"
UV_VERSION = "0.13.9"
SYNC_OPTIONS = "--frozen --all-groups --extra signing --compile-bytecode"


class Machine:
    """A copy of the script in a separate repository, with simulated Python interpreters."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.trainer = root / "repository" / "gpu-workers" / "trainer"
        self.script = root / "repository" / "infra" / "local" / "python-env.sh"
        self.pythons = root / "pythons"
        for folder in (self.trainer, self.script.parent, self.pythons):
            folder.mkdir(parents=True)
        shutil.copy(SCRIPT, self.script)
        (self.trainer / "uv.lock").write_text("lock")
        (self.trainer / "pyproject.toml").write_text("project")

    def add_python(self, name: str, answer: str) -> Path:
        """A command that answers the script's probe like `3.11 ok` and has no other function."""
        path = self.pythons / name
        path.write_text(f"#!/bin/sh\necho '{answer}'\n[ \"$1\" = -c ]\n")
        path.chmod(0o755)
        return path

    def add_environment(self, host: str) -> Path:
        """An environment with the stamp of a finished set-up."""
        interpreter = self.trainer / ".venv" / "bin" / "python"
        interpreter.parent.mkdir(parents=True)
        interpreter.write_text("#!/bin/sh\n")
        interpreter.chmod(0o755)
        inputs = hashlib.sha256(f"lockproject{UV_VERSION} {SYNC_OPTIONS}".encode()).hexdigest()
        (self.trainer / ".venv" / ".retort-stamp").write_text(f"{inputs}\n{host}\n")
        return interpreter

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        tools = [folder for folder in ("/usr/bin", "/bin", "/usr/sbin", "/sbin") if Path(folder).is_dir()]
        # The machine's own interpreters follow the simulated ones on the path, so all simulated ones must
        # exist.
        path = os.pathsep.join([str(self.pythons), *tools])
        return subprocess.run(
            [str(self.script), *arguments],
            env={"PATH": path, **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def everywhere(machine: Machine, answer: str) -> None:
    for name in ("python3.12", "python3.11", "python3"):
        machine.add_python(name, answer)


def test_nothing_is_done_when_nothing_changed(machine: Machine) -> None:
    interpreter = machine.add_environment("/usr/bin/python3.11")
    done = machine.run()
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, str(interpreter.resolve()), "")


def test_python_outside_the_range_is_refused(machine: Machine) -> None:
    everywhere(machine, "3.13 ok")
    done = machine.run()
    assert done.returncode == 1
    assert done.stderr.startswith("error: no Python 3.11 or 3.12 (found: python3.12 is 3.13,")
    assert "RETORT_PYTHON_HOST" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (machine.trainer / ".venv").exists()


def test_python_without_venv_names_the_package(machine: Machine) -> None:
    everywhere(machine, "3.11 ensurepip")
    done = machine.run()
    assert done.returncode == 1
    assert "is Python 3.11 without the module ensurepip" in done.stderr
    assert "apt install python3.11-venv" in done.stderr
    assert done.stderr.count("\n") == 1


def test_chosen_python_is_the_only_one_tried(machine: Machine) -> None:
    everywhere(machine, "3.12 ok")
    chosen = machine.add_python("python-chosen", "3.9 ok")
    done = machine.run(RETORT_PYTHON_HOST=str(chosen))
    assert done.returncode == 1
    assert f"found: {chosen} is 3.9" in done.stderr


def test_too_little_disk_is_refused_before_the_first_set_up(machine: Machine) -> None:
    everywhere(machine, "3.12 ok")
    done = machine.run(RETORT_PYTHON_DISK="999999999")
    assert done.returncode == 1
    assert "GB free (expected: at least 999999999 GB" in done.stderr
    assert not (machine.root / "repository" / ".retort" / "bootstrap").exists()
