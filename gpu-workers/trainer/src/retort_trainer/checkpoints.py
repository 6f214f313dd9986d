"""Checkpoints in the store: `step-<n>/` and `final/`, each committed by a COMPLETE.json that is written last.

COMPLETE.json contains the SHA-256 of every file. A folder without it, with a file that does not match it, or
of another job is never resumed from.
"""

import hashlib
import json
import logging
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from retort_trainer import ranks, store
from retort_trainer.context import JobContext
from retort_trainer.failures import RetortError, user_error

COMPLETE_NAME = "COMPLETE.json"
FINAL_NAME = "final"
KEPT_STEPS = 2

_STAGING_PREFIX = ".staging-"
# Pickled Python objects that are not needed to resume; weights and states are loaded with weights_only.
_NOT_PUBLISHED = ("training_args.bin",)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoint:
    """A complete, verified checkpoint."""

    step: int
    uri: str


class CheckpointFolder:
    """The checkpoints of one job; `fingerprint` distinguishes them from those of other data or settings."""

    def __init__(self, uri: str, fingerprint: str, context: JobContext) -> None:
        self.uri = uri.rstrip("/")
        self._fingerprint = fingerprint
        self._context = context

    def staging(self) -> Path:
        """An empty local folder for files to be published; on the store's disk if the store is local."""
        local = store.local_path(self.uri)
        if local is None:
            return Path(tempfile.mkdtemp(prefix="retort-checkpoints-"))
        folder = local / f"{_STAGING_PREFIX}{uuid.uuid4().hex}"
        folder.mkdir(parents=True)
        return folder

    def sweep(self) -> None:
        """Deletes incomplete checkpoints of earlier, dead owners. Call it after the fence was taken."""
        self._context.check_fence()
        for name in store.names(self.uri):
            if name.startswith(_STAGING_PREFIX):
                store.delete(store.join(self.uri, name))

    def publish(self, folder: Path, name: str, step: int, extra: dict[str, Any] | None = None) -> str:
        """Moves a folder to `name` and commits it; returns the URI. FENCED if a newer owner took over."""
        for unwanted in _NOT_PUBLISHED:
            (folder / unwanted).unlink(missing_ok=True)
        files = hashes(folder)
        document = {
            "schema_version": 1,
            "step": step,
            "fingerprint": self._fingerprint,
            "files": files,
            **(extra or {}),
        }
        uri = store.join(self.uri, name)
        self._context.check_fence()
        self._remove(name)
        store.upload_folder(folder, uri)
        self._context.check_fence()
        store.put_once(store.join(uri, COMPLETE_NAME), json.dumps(document, indent=1).encode())
        return uri

    def prune(self, kept: int = KEPT_STEPS, best_step: int | None = None) -> None:
        """Deletes step checkpoints except the newest `kept` (>= 1) and the one that scored best so far."""
        if kept < 1:
            raise user_error("BAD_SETTINGS", f"checkpoints kept: {kept} (expected: >= 1)")
        self._context.check_fence()
        for step in sorted(self._steps())[:-kept]:
            if step != best_step:
                self._remove(f"step-{step}")

    def last_complete(self) -> Checkpoint | None:
        """The newest checkpoint that verifies; others are skipped with a warning that states the reason."""
        for step in sorted(self._steps(), reverse=True):
            uri = store.join(self.uri, f"step-{step}")
            if self._verified(uri) is not None:
                return Checkpoint(step, uri)
        return None

    def complete(self, step: int) -> Checkpoint:
        """The checkpoint of a step; raises RetortError if it is missing or does not verify."""
        uri = store.join(self.uri, f"step-{step}")
        self._verify(uri)
        return Checkpoint(step, uri)

    def final(self) -> dict[str, Any] | None:
        """COMPLETE.json of the final model if it exists and verifies."""
        uri = store.join(self.uri, FINAL_NAME)
        return self._verified(uri) if store.exists(uri) else None

    def _steps(self) -> list[int]:
        found = (re.fullmatch(r"step-(\d+)", name) for name in store.names(self.uri))
        return [int(match[1]) for match in found if match]

    def _remove(self, name: str) -> None:
        uri = store.join(self.uri, name)
        # A partly deleted folder without its commit record is ignored.
        store.delete(store.join(uri, COMPLETE_NAME))
        store.delete(uri)

    def _verified(self, uri: str) -> dict[str, Any] | None:
        try:
            return self._verify(uri)
        except RetortError as error:
            _log.warning("checkpoint skipped: %s", error.message)
            return None

    def _verify(self, uri: str) -> dict[str, Any]:
        complete = store.join(uri, COMPLETE_NAME)
        document = store.read_json(complete)
        if not isinstance(document, dict) or not isinstance(document.get("files"), dict):
            raise user_error("DATA_CORRUPT", f"{complete}: files: missing (expected: SHA-256 by name)")
        if document.get("fingerprint") != self._fingerprint:
            raise user_error("OTHER_JOB", f"{complete}: written by a job with other data or settings")
        for name, sha256 in document["files"].items():
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise user_error("DATA_CORRUPT", f"{complete}: {name!r} (expected: a name inside the folder)")
            found = store.sha256_of(store.join(uri, name))
            if found != sha256:
                raise user_error("DATA_CORRUPT", f"{uri}/{name}: sha256 is {found} (expected: {sha256})")
        return document


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file that is published, by its path below the folder, sorted."""
    return {
        file.relative_to(folder).as_posix(): _sha256(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in _NOT_PUBLISHED
    }


def model_sha256(folder: Path) -> str:
    """One hash over the names and hashes of a model's files; equal for equal models."""
    return hashlib.sha256(json.dumps(hashes(folder)).encode()).hexdigest()


class CheckpointCallback(TrainerCallback):
    """Publishes every checkpoint that Hugging Face's trainer has saved to its local output folder.

    Keeps the newest `kept` checkpoints, and the step that `best_step` finds in the trainer's log. Training
    continues during the upload. At most one checkpoint is being published, and the next one waits for it. Its
    errors are raised at the end of the next step, or of training. `close` must be called before the output
    folder is deleted.
    """

    def __init__(
        self,
        folder: CheckpointFolder,
        published: Callable[[str], None],
        kept: int = KEPT_STEPS,
        best_step: Callable[[list[dict[str, float]]], int | None] = lambda history: None,
    ) -> None:
        self._folder = folder
        self._published = published
        self._kept = kept
        self._best_step = best_step
        self._uploader = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._upload: Future[str] | None = None

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._finish()
        saved = Path(str(args.output_dir), f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}")
        ranks.gather_files(saved)
        if not ranks.is_main():
            shutil.rmtree(saved, ignore_errors=True)
            return
        # Under a separate name, where the trainer neither writes nor deletes.
        snapshot = saved.rename(saved.with_name(f"{_STAGING_PREFIX}{saved.name}"))
        self._upload = self._uploader.submit(
            self._publish, snapshot, state.global_step, self._best_step(state.log_history)
        )

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if self._upload is not None and self._upload.done():
            self._finish()

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._finish()

    def close(self) -> None:
        """Waits for the checkpoint that is being published when training fails; raises nothing, to preserve
        that failure.
        """
        self._uploader.shutdown(wait=True)
        failure = self._upload.exception() if self._upload is not None else None
        if failure is not None:
            _log.warning("the last checkpoint was not published: %s", failure)

    def _publish(self, snapshot: Path, step: int, best_step: int | None) -> str:
        uri = self._folder.publish(snapshot, f"step-{step}", step)
        shutil.rmtree(snapshot, ignore_errors=True)
        self._folder.prune(self._kept, best_step)
        return uri

    def _finish(self) -> None:
        upload, self._upload = self._upload, None
        if upload is not None:
            # Reported on the trainer's own thread.
            self._published(upload.result())


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
