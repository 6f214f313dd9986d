"""The store by URI: `file:` (or a plain absolute path) and every scheme with an fsspec driver.

Objects are written once and become visible as a whole; a folder of parts is committed by its manifest.json,
which is written last. Bytes are checked against the SHA-256 of the reference before any of their rows is
used.
"""

import hashlib
import io
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import fsspec
import zstandard
from fsspec.implementations.local import LocalFileSystem

from retort_trainer import documents, s3
from retort_trainer.artifact import ArtifactRef, Manifest
from retort_trainer.failures import RetortError, platform_error, user_error

MANIFEST_NAME = "manifest.json"
MANIFEST_SCHEMA_VERSION = 1
# A longer line is refused, because a small compressed part may expand beyond the memory.
MAX_ROW_BYTES = 64 * 1024 * 1024

_CHUNK_BYTES = 1024 * 1024
# Number of files of a folder that are transferred at once.
_TRANSFERS = 4

Row = TypeVar("Row")


def join(uri: str, *names: str) -> str:
    """The URI of an entry below a folder."""
    return "/".join([uri.rstrip("/"), *names])


def local_path(uri: str) -> Path | None:
    """The path of a `file:` URI or a plain absolute path; None for other schemes."""
    scheme, path = _split(uri)
    return Path(path) if scheme == "file" else None


def exists(uri: str) -> bool:
    """True if the object or folder exists."""
    with _serving(uri) as (filesystem, path):
        return bool(filesystem.exists(path))


def read_bytes(uri: str) -> bytes:
    """All bytes of an object; raises DATA_NOT_FOUND if it is missing."""
    with _serving(uri) as (filesystem, path):
        try:
            return bytes(filesystem.cat_file(path))
        except FileNotFoundError as error:
            raise user_error("DATA_NOT_FOUND", f"{uri}: there is no such object") from error


def read_json(uri: str) -> Any:
    """A decoded JSON object of the store; raises DATA_CORRUPT if it is not JSON."""
    try:
        return json.loads(read_bytes(uri))
    except ValueError as error:
        raise user_error("DATA_CORRUPT", f"{uri}: not JSON: {error}") from error


def put_once(uri: str, content: bytes) -> None:
    """Writes an immutable object: writing the same bytes again does nothing, and other bytes are refused."""
    with _serving(uri) as (filesystem, path):
        if isinstance(filesystem, LocalFileSystem):
            created = _put_local(path, content, overwrite=False)
        else:
            created = _put_remote(filesystem, path, content)
    if not created and read_bytes(uri) != content:
        raise platform_error(
            "ALREADY_EXISTS", f"{uri}: exists with other content (expected: the same bytes or nothing)"
        )


def replace(uri: str, content: bytes) -> None:
    """Writes a mutable object; a reader sees either the old or the new bytes."""
    with _serving(uri) as (filesystem, path):
        if isinstance(filesystem, LocalFileSystem):
            _put_local(path, content, overwrite=True)
        else:
            filesystem.pipe_file(path, content)


def names(uri: str) -> list[str]:
    """Names of the entries of a folder, sorted; empty if it does not exist."""
    with _serving(uri) as (filesystem, path):
        try:
            filesystem.invalidate_cache(path)
            entries = filesystem.ls(path, detail=False)
        except FileNotFoundError:
            return []
    return sorted({str(entry).rstrip("/").rsplit("/", 1)[-1] for entry in entries})


def delete(uri: str) -> None:
    """Deletes an object or a folder; does nothing if it is missing."""
    with _serving(uri) as (filesystem, path), suppress(FileNotFoundError):
        filesystem.rm(path, recursive=True)


def upload_folder(folder: Path, uri: str) -> None:
    """Copies a local folder's files to a new folder of the store; the caller commits it afterwards.

    If both are on the same disk, the folder is renamed and no longer exists afterwards.
    """
    target = local_path(uri)
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, target)
        return
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    with _serving(uri) as (filesystem, path):
        _transfer(
            lambda file: filesystem.put_file(str(file), f"{path}/{file.relative_to(folder).as_posix()}"),
            files,
        )


@contextmanager
def local_folder(uri: str) -> Iterator[Path]:
    """A local path with a folder's content: the folder itself, or a temporary copy."""
    path = local_path(uri)
    if path is not None:
        if not path.is_dir():
            raise user_error("DATA_NOT_FOUND", f"{uri}: there is no such folder")
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="retort-") as scratch:
        _fetch_folder(uri, scratch)
        yield Path(scratch)


def read_manifest(ref: ArtifactRef) -> tuple[str, Manifest]:
    """The manifest of a reference (to the manifest or to its folder), and the URI of its folder."""
    uri = ref.uri if ref.uri.endswith(".json") else join(ref.uri, MANIFEST_NAME)
    content = read_bytes(uri)
    _check_sha256(uri, hashlib.sha256(content).hexdigest(), ref.sha256)
    manifest = documents.parse_json(Manifest, content, source=uri, ignore_unknown=True)
    if manifest.schema_version != MANIFEST_SCHEMA_VERSION:
        raise user_error(
            "BAD_DOCUMENT",
            f"{uri}: schema_version: {manifest.schema_version} (expected: {MANIFEST_SCHEMA_VERSION})",
        )
    return uri.rsplit("/", 1)[0], manifest


def read_rows(
    ref: ArtifactRef, cls: type[Row], wrong: Callable[[Row], str] = lambda row: ""
) -> Iterator[Row]:
    """Rows of all parts of a manifest, in order, streamed. Each part's hash is checked before its first row.

    Fields that the row class does not have are ignored. `wrong` returns the defect of a row, or None. Raises
    BAD_ROW (USER) with the row's file, line, and id if it has one.
    """
    folder, manifest = read_manifest(ref)
    rows = 0
    for part in manifest.parts:
        uri = part.uri if "://" in part.uri else join(folder, part.uri)
        _check_sha256(uri, sha256_of(uri), part.sha256)
        for number, line in enumerate(lines(uri), start=1):
            rows += 1
            yield _row(cls, line, f"{uri}:{number}", wrong)
    if rows != manifest.rows:
        raise user_error(
            "DATA_CORRUPT", f"{ref.uri}: {rows} rows read (expected: {manifest.rows} by the manifest)"
        )


def write_part(folder_uri: str, name: str, rows: Iterable[Any]) -> ArtifactRef:
    """Writes documents as one compressed JSON Lines object; its reference is relative to the folder."""
    lines = [documents.to_json(row).encode() + b"\n" for row in rows]
    content = zstandard.ZstdCompressor(level=3).compress(b"".join(lines))
    put_once(join(folder_uri, name), content)
    return ArtifactRef(
        uri=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), rows=len(lines)
    )


def write_manifest(
    folder_uri: str, parts: list[ArtifactRef], median_chain_characters: int = 0
) -> ArtifactRef:
    """Commits a folder of parts; returns the reference to its manifest."""
    manifest = Manifest(
        schema_version=MANIFEST_SCHEMA_VERSION,
        parts=parts,
        rows=sum(part.rows for part in parts),
        median_chain_characters=median_chain_characters,
    )
    content = documents.to_json(manifest).encode()
    uri = join(folder_uri, MANIFEST_NAME)
    put_once(uri, content)
    return ArtifactRef(
        uri=uri, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), rows=manifest.rows
    )


def sha256_of(uri: str) -> str:
    """Lower-case hex SHA-256 of an object; raises DATA_NOT_FOUND if it is missing."""
    digest = hashlib.sha256()
    with _serving(uri) as (filesystem, path):
        try:
            with filesystem.open(path, "rb") as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
        except FileNotFoundError as error:
            raise user_error("DATA_NOT_FOUND", f"{uri}: there is no such object") from error
    return digest.hexdigest()


def _fetch_folder(uri: str, folder: str) -> None:
    with _serving(uri) as (filesystem, remote):
        found = filesystem.find(remote)
        if not found:
            raise user_error("DATA_NOT_FOUND", f"{uri}: there is no such folder")

        def fetch(entry: str) -> None:
            target = Path(folder, entry[len(remote) :].lstrip("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            filesystem.get_file(entry, str(target))

        _transfer(fetch, [str(entry) for entry in found])


def _check_sha256(uri: str, found: str, expected: str) -> None:
    if expected and found != expected:
        raise user_error("DATA_CORRUPT", f"{uri}: sha256 is {found} (expected: {expected})")


def _row(cls: type[Row], line: bytes, source: str, wrong: Callable[[Row], str]) -> Row:
    try:
        value = documents.decode(line, source=source)
        if isinstance(value, dict) and value.get("id"):
            source = f"{source}: row {json.dumps(value['id'])}"
        row = documents.parse(cls, value, source=source, ignore_unknown=True)
    except RetortError as error:
        raise user_error("BAD_ROW", error.message) from error
    if problem := wrong(row):
        raise user_error("BAD_ROW", f"{source}: {problem}")
    return row


def lines(uri: str) -> Iterator[bytes]:
    with _serving(uri) as (filesystem, path), filesystem.open(path, "rb") as stream:
        source: Any = stream
        if uri.endswith(".zst"):
            source = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
        reader = io.BufferedReader(source, _CHUNK_BYTES)
        try:
            while line := reader.readline(MAX_ROW_BYTES + 1):
                if len(line) > MAX_ROW_BYTES:
                    raise user_error("DATA_CORRUPT", f"{uri}: a row is longer than {MAX_ROW_BYTES} bytes")
                if line.strip():
                    yield line
        except zstandard.ZstdError as error:
            raise user_error("DATA_CORRUPT", f"{uri}: not Zstandard data: {error}") from error


def _split(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise user_error("BAD_URI", f"{uri}: host {parts.netloc} (expected: none, as in file:///folder)")
        return "file", unquote(parts.path).rstrip("/") or "/"
    if parts.scheme == "":
        if not uri.startswith("/"):
            raise user_error("BAD_URI", f"{uri!r}: relative (expected: an absolute path or a URI)")
        return "file", uri.rstrip("/") or "/"
    return parts.scheme, uri.rstrip("/")


@contextmanager
def _serving(uri: str) -> Iterator[tuple[Any, str]]:
    """The file system of a URI, and the path on it. Permanent refusals of S3 become STORE_REFUSED."""
    filesystem, path = _filesystem(uri)
    try:
        yield filesystem, path
    except Exception as error:
        refusal = s3.refusal(uri, error) if uri.startswith("s3://") else None
        if refusal is None:
            raise
        raise refusal from error


def _filesystem(uri: str) -> tuple[Any, str]:
    scheme, path = _split(uri)
    if scheme == "file":
        return LocalFileSystem(), path
    try:
        filesystem, remote = fsspec.core.url_to_fs(path, **(s3.options() if scheme == "s3" else {}))
    except (ImportError, ValueError) as error:
        raise user_error("BAD_URI", f"{uri}: no driver for scheme {scheme}: {error}") from error
    if scheme == "s3":
        # Calls are made once, because only Temporal retries them.
        filesystem.retries = 1
    return filesystem, str(remote)


def _transfer(move: Callable[[Any], None], files: list[Any]) -> None:
    with ThreadPoolExecutor(_TRANSFERS, thread_name_prefix="store") as pool:
        for _ in pool.map(move, files):
            pass


def _put_remote(filesystem: Any, path: str, content: bytes) -> bool:
    """False if the object exists. If two writers write at once, one succeeds, provided that the server
    supports If-None-Match.
    """
    if filesystem.exists(path):
        return False
    try:
        filesystem.pipe_file(path, content, mode="create")
    except FileExistsError:
        return False
    return True


def _put_local(path: str, content: bytes, *, overwrite: bool) -> bool:
    """Writes a hidden file first and renames it. False if the target exists and must not be overwritten."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if overwrite:
            temporary.replace(target)
            return True
        os.link(temporary, target)
        return True
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
