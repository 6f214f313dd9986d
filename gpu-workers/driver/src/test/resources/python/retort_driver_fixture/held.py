"""The real trainer, held in the middle of training, and its data and model: `python -m ... FOLDER`."""

import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from retort_trainer import actor, documents, store, tiny_model
from retort_trainer.data import Sample
from retort_trainer.job import TrainerProgress

HELD_STEP = 3
POLL_SECONDS = 0.05


class HeldTrainer(actor.TrainerActor):
    """Blocks the end of every step after the third while a file `hold-JOB` exists next to its checkpoints."""

    def __init__(self) -> None:
        # Ray does not load a class without its own constructor for a Java caller.
        super().__init__()

    def _progressed(self, progress: TrainerProgress) -> None:
        super()._progressed(progress)
        assert self._job is not None and self._job.training is not None
        checkpoints = Path(urlsplit(self._job.training.checkpoints_uri).path)
        hold = checkpoints.with_name(f"hold-{self._job.job_name}")
        while progress.done >= HELD_STEP and hold.exists():
            time.sleep(POLL_SECONDS)


def main() -> None:
    """Writes `model` and `rows` to a folder; prints the reference to the rows as JSON."""
    folder = Path(sys.argv[1])
    tiny_model.write(folder / "model", hidden_size=32, layers=1)
    rows = [
        Sample(id=f"s{n}", problem=f"{n} + 1?", chain=f"Add 1 to {n}.", answer=str(n + 1)) for n in range(8)
    ]
    uri = (folder / "rows").as_uri()
    manifest = store.write_manifest(uri, [store.write_part(uri, "part-00000.jsonl.zst", rows)])
    print(documents.to_json(manifest))


if __name__ == "__main__":
    main()
