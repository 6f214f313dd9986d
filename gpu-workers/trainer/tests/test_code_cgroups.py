"""Control groups of sandboxes, in a folder that imitates cgroup v2."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from retort_trainer.code_execution import cgroups


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory pids\n")
    monkeypatch.setenv(cgroups.VARIABLE, str(tmp_path))
    cgroups.missing.cache_clear()
    yield tmp_path
    cgroups.missing.cache_clear()


def test_group_has_limits_and_is_removed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removed: list[Path] = []
    monkeypatch.setattr(cgroups, "_remove", removed.append)
    assert cgroups.missing() == ""
    with cgroups.group(memory_bytes=1000, processes=20) as group:
        assert group is not None and group.parent == folder
        assert (group / "memory.max").read_text() == "1000"
        assert (group / "pids.max").read_text() == "20"
    assert removed == [group]


def test_group_is_gone_when_its_processes_are(folder: Path) -> None:
    made = folder / "made"
    made.mkdir()
    cgroups._remove(made)
    assert not made.exists()


def test_group_that_stays_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cgroups, "_REMOVE_SECONDS", 0.0)
    cgroups._remove(folder)
    assert f"{folder}: not removed" in caplog.text


@pytest.mark.parametrize(
    ("controllers", "reason"),
    [("memory", "lacks pids"), ("", "lacks memory, pids"), (None, "No such file")],
)
def test_folder_that_is_not_delegated(folder: Path, controllers: str | None, reason: str) -> None:
    file = folder / "cgroup.subtree_control"
    file.unlink() if controllers is None else file.write_text(controllers)
    assert reason in cgroups.missing()
    with cgroups.group(memory_bytes=1000, processes=20) as group:
        assert group is None
    assert [entry.name for entry in folder.iterdir()] == ([] if controllers is None else [file.name])
