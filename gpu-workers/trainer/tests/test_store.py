from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from s3fs import S3FileSystem

from retort_trainer import store
from retort_trainer.artifact import ArtifactRef
from retort_trainer.data import Sample
from retort_trainer.failures import FailureCategory, RetortError, to_failure
from tests import s3_server
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


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    buckets = tmp_path_factory.mktemp("buckets")
    (buckets / "bucket").mkdir()
    with s3_server.serve(buckets) as address:
        yield address


@pytest.fixture
def s3(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment variables of a process that can use the server."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.SECRET_KEY)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # fsspec caches file systems by their options, and these tests change the environment instead.
    S3FileSystem.clear_instance_cache()
    return monkeypatch


def fetch(uri: str) -> None:
    with store.local_folder(uri):
        pytest.fail("there is nothing to fetch")


CALLS: dict[str, Callable[[str], object]] = {
    "exists": store.exists,
    "read_bytes": store.read_bytes,
    "put_once": lambda uri: store.put_once(uri, b"1"),
    "replace": lambda uri: store.replace(uri, b"1"),
    "names": store.names,
    "delete": store.delete,
    "local_folder": fetch,
    "upload_folder": lambda uri: store.upload_folder(Path(__file__).parent, uri),
    "sha256_of": store.sha256_of,
    "read_rows": lambda uri: list(store.read_rows(ArtifactRef(uri=uri), Sample)),
}


@pytest.mark.parametrize("call", CALLS)
def test_refused_credentials_are_a_user_failure(call: str, s3: pytest.MonkeyPatch) -> None:
    s3.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(RetortError) as caught:
        CALLS[call]("s3://bucket/folder")
    assert (caught.value.category, caught.value.type) == (FailureCategory.USER, "STORE_REFUSED")
    assert "s3://bucket/folder" in caught.value.message
    assert "in the bucket bucket; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in caught.value.message


@pytest.mark.parametrize("call", CALLS)
def test_missing_credentials_are_a_user_failure(call: str, s3: pytest.MonkeyPatch, tmp_path: Path) -> None:
    s3.delenv("AWS_ACCESS_KEY_ID")
    s3.delenv("AWS_SECRET_ACCESS_KEY")
    s3.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(RetortError, match=r"STORE_REFUSED: .*Unable to locate credentials \(expected: "):
        CALLS[call]("s3://bucket/folder")


@pytest.mark.parametrize("call", ["put_once", "replace", "local_folder", "upload_folder"])
def test_a_bucket_that_is_not_there_is_a_user_failure(call: str, s3: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        RetortError, match=r"STORE_REFUSED: .* there is no bucket absent \(expected: .*create it"
    ):
        CALLS[call]("s3://absent/folder")


def test_a_server_that_is_not_there_is_a_platform_failure(s3: pytest.MonkeyPatch) -> None:
    s3.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Exception, match="Could not connect") as caught:
        store.read_bytes("s3://bucket/object")
    assert to_failure(caught.value).category == FailureCategory.PLATFORM


@pytest.mark.parametrize("uri", ["relative/path", "file://host/x", "nope://x/y"])
def test_bad_uri_is_a_user_failure(uri: str) -> None:
    with pytest.raises(RetortError) as caught:
        store.read_bytes(uri)
    assert (caught.value.category, caught.value.type) == (FailureCategory.USER, "BAD_URI")
