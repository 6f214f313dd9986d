"""The store of completions: what a model said, kept by everything that decides it.

A set is a folder, named by the hash of its set.json, of write-once parts that any number of writers append
to. Readers read all parts of a set. Of several completions with the same prompt and index the first one
counts, by the order of the parts' names, which is that of the times at which their writers began.
"""

import hashlib
import logging
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import zstandard

from retort_trainer import documents, model_digest, store
from retort_trainer.artifact import ArtifactRef
from retort_trainer.data import Completion
from retort_trainer.documents import UInt32, UInt64
from retort_trainer.failures import RetortError
from retort_trainer.job import GenerationJob
from retort_trainer.sampling_settings import Sampling
from retort_trainer.spec import Dtype, EndpointSpec, EngineKind, EngineSpec, ResourceSpec

SET_NAME = "set.json"
SCHEMA_VERSION = 1

_log = logging.getLogger(__name__)

_DAMAGED = ("BAD_DOCUMENT", "DATA_CORRUPT")
# Parts that are read side by side, and before the first of them is used.
_READERS = 8
_READ_AHEAD = 8


@dataclass(frozen=True)
class CompletionSet:
    """What all completions of a set have in common: retort.v1.CompletionSet."""

    schema_version: UInt32 = SCHEMA_VERSION
    engine: EngineKind = EngineKind.UNSPECIFIED
    dtype: Dtype = Dtype.UNSPECIFIED
    model_sha256: str = ""
    base_url: str = ""
    model: str = ""
    revision: str = ""
    system_prompt: str = ""
    prompt: str = ""
    temperature: float = 0.0
    top_p: float = 0.0
    max_new_tokens: UInt32 = 0
    seed: UInt64 = 0

    def content(self) -> bytes:
        """The bytes of set.json."""
        return documents.to_json(self).encode()

    @property
    def key(self) -> str:
        """The name of the set's folder: lower-case hex SHA-256 of `content`."""
        return hashlib.sha256(self.content()).hexdigest()


def describe(job: GenerationJob, seed: int, sampling: Sampling, resources: ResourceSpec) -> CompletionSet:
    """The set that a job's completions belong to. Reads the model's files where the job has no digest."""
    engine = job.engine or EngineSpec()
    kind = engine.kind or EngineKind.IN_PROCESS
    endpoint = EndpointSpec()
    model_sha256 = ""
    if kind is EngineKind.ENDPOINT:
        endpoint = engine.endpoint or endpoint
    else:
        model_sha256 = job.model_sha256 or model_digest.sha256(job.model_uri)
    return CompletionSet(
        engine=kind,
        dtype=Dtype.UNSPECIFIED if kind is EngineKind.ENDPOINT else dtype_of(engine, resources),
        model_sha256=model_sha256,
        base_url=endpoint.base_url.rstrip("/"),
        model=endpoint.model,
        revision=endpoint.revision or "",
        system_prompt=job.template.system_prompt,
        prompt=job.prompt or "",
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        max_new_tokens=sampling.max_new_tokens,
        seed=seed,
    )


def dtype_of(engine: EngineSpec, resources: ResourceSpec) -> Dtype:
    """The precision that is asked for; else bfloat16 on GPUs, and on CPUs what they multiply faster."""
    return engine.dtype or (Dtype.BFLOAT16 if resources.gpus else Dtype.FLOAT32)


class Completions:
    """The parts of one set, as one writer sees them. Not thread-safe."""

    def __init__(self, folder_uri: str, described: CompletionSet) -> None:
        self._uri = store.join(folder_uri, described.key)
        self._described = described
        self._read: set[str] = set()
        self._unreadable: list[str] = []
        began = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        self._writer = f"{began}-{uuid.uuid4().hex[:8]}"
        self._written = 0
        self._behind = self._shared = False

    @property
    def uri(self) -> str:
        """The folder of the set."""
        return self._uri

    @property
    def unreadable_parts(self) -> list[str]:
        """URIs of parts that were found to be damaged: their completions are as good as missing."""
        return list(self._unreadable)

    def reference(self) -> ArtifactRef:
        """The set's set.json."""
        content = self._described.content()
        return ArtifactRef(
            uri=store.join(self._uri, SET_NAME), sha256=self._described.key, bytes=len(content)
        )

    def begin(self) -> None:
        """Writes set.json where it is missing."""
        store.put_once(store.join(self._uri, SET_NAME), self._described.content())

    def new(self, wanted: Callable[[Completion], bool]) -> Iterator[Completion]:
        """Completions of the parts that were not read yet, of those that are wanted."""
        found = [name for name in store.names(self._uri) if name.startswith("part-")]
        names = [name for name in found if name not in self._read]
        self._shared |= self._written > 0 and bool(names)
        self._behind |= self._written > 0 and any(name < f"part-{self._writer}" for name in names)
        with ThreadPoolExecutor(_READERS, thread_name_prefix="completions") as pool:
            for first in range(0, len(names), _READ_AHEAD):
                ahead = names[first : first + _READ_AHEAD]
                for name, part in zip(ahead, pool.map(lambda n: self._part(n, wanted), ahead), strict=True):
                    self._read.add(name)
                    yield from part

    def append(self, completions: list[Completion]) -> None:
        """Writes a part of its own."""
        name = f"part-{self._writer}-{self._written:06d}.jsonl.zst"
        lines = b"".join(documents.to_json(completion).encode() + b"\n" for completion in completions)
        # The checksum tells a damaged part from a whole one.
        content = zstandard.ZstdCompressor(level=3, write_checksum=True).compress(lines)
        store.put_once(store.join(self._uri, name), content)
        self._read.add(name)
        self._written += 1

    def forget(self) -> None:
        """Has `new` read all parts again."""
        self._read.clear()
        self._unreadable.clear()

    @property
    def shared(self) -> bool:
        """Whether another writer was seen to append while this one did."""
        return self._shared

    @property
    def behind(self) -> bool:
        """Whether a writer that began earlier was seen to append while this one did."""
        return self._behind

    def _part(self, name: str, wanted: Callable[[Completion], bool]) -> list[Completion]:
        uri = store.join(self._uri, name)
        try:
            rows = (
                documents.parse_json(Completion, line, source=uri, ignore_unknown=True)
                for line in store.lines(uri)
            )
            # The checksum comes last: no row counts before it.
            return [row for row in rows if wanted(row)]
        except RetortError as error:
            if error.type not in _DAMAGED:
                raise
            _log.warning("%s is damaged; what it held is generated again: %s", uri, error.message)
            self._unreadable.append(uri)
            return []
