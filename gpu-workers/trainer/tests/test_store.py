from dataclasses import replace
from pathlib import Path

import pytest

from retort_trainer import store
from retort_trainer.artifact import ArtifactRef
from retort_trainer.data import Sample
from retort_trainer.failures import FailureCategory, RetortError
from tests.jobs import WriteRows


def test_rows_come_back_in_order(write_rows: WriteRows, samples: list[Sample]) -> None:
    ref = write_rows(samples)
    assert ref.rows == len(samples)
    assert list(store.read_rows(ref, Sample)) == samples
    folder = replace(ref, uri=ref.uri.removesuffix("/manifest.json"))
    assert list(store.read_rows(folder, Sample)) == samples


def test_changed_part_is_refused_before_its_first_row(write_rows: WriteRows, samples: list[Sample]) -> None:
    ref = write_rows(samples)
    manifest = store.local_path(ref.uri)
    assert manifest is not None
    (manifest.parent / "part-00001.jsonl.zst").write_bytes(b"other")
    rows = store.read_rows(ref, Sample)
    assert [next(rows) for _ in range(6)] == samples[:6]
    with pytest.raises(RetortError, match=r"part-00001.jsonl.zst: sha256 is .* \(expected: "):
        next(rows)


def test_changed_manifest_is_refused(write_rows: WriteRows, samples: list[Sample]) -> None:
    ref = replace(write_rows(samples), sha256="0" * 64)
    with pytest.raises(RetortError, match="DATA_CORRUPT"):
        store.read_manifest(ref)


def test_missing_manifest_is_a_user_failure(tmp_path: Path) -> None:
    with pytest.raises(RetortError) as caught:
        list(store.read_rows(ArtifactRef(uri=tmp_path.as_uri()), Sample))
    assert (caught.value.category, caught.value.type) == (FailureCategory.USER, "DATA_NOT_FOUND")


def test_objects_are_written_once(tmp_path: Path) -> None:
    uri = (tmp_path / "a" / "b c.json").as_uri()
    store.put_once(uri, b"1")
    store.put_once(uri, b"1")
    with pytest.raises(RetortError, match="ALREADY_EXISTS"):
        store.put_once(uri, b"2")
    assert (tmp_path / "a" / "b c.json").read_bytes() == b"1"
    store.replace(uri, b"3")
    assert store.read_bytes(uri) == b"3"
    assert store.names((tmp_path / "a").as_uri()) == ["b c.json"]


def test_other_schemes_go_through_fsspec(samples: list[Sample]) -> None:
    part = store.write_part("memory://rows", "part-00000.jsonl.zst", samples)
    ref = store.write_manifest("memory://rows", [part])
    assert list(store.read_rows(ref, Sample)) == samples
    with store.local_folder("memory://rows") as folder:
        assert sorted(file.name for file in folder.iterdir()) == ["manifest.json", "part-00000.jsonl.zst"]
    store.delete("memory://rows")
    assert store.names("memory://rows") == []


@pytest.mark.parametrize("uri", ["relative/path", "file://host/x", "nope://x/y"])
def test_bad_uri_is_a_user_failure(uri: str) -> None:
    with pytest.raises(RetortError) as caught:
        store.read_bytes(uri)
    assert (caught.value.category, caught.value.type) == (FailureCategory.USER, "BAD_URI")
