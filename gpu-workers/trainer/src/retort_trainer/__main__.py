"""`python -m retort_trainer JOB.json`: runs the same job without Ray.

Writes progress to standard error, one line per change, and the final TrainerStatus document to standard
output. Exit status: 0 succeeded, 1 failed, 2 wrong usage, 3 stopped by Ctrl-C after a checkpoint.
"""

import argparse
import logging
import signal
import sys
from pathlib import Path

from retort_trainer import documents, jobs
from retort_trainer.context import JobContext
from retort_trainer.failures import JobStopped, to_failure
from retort_trainer.fence import newest_token
from retort_trainer.job import TrainerJob, TrainerProgress, TrainerState, TrainerStatus, parse_job


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m retort_trainer", description="Run one trainer job without Ray."
    )
    parser.add_argument("job", type=Path, help="TrainerJob as proto3 JSON")
    parser.add_argument("--fencing-token", type=int, help="default: one above the token of the output folder")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    status = _run(options.job, options.fencing_token)
    print(documents.to_json(status))
    if status.error is not None:
        print(f"{status.error.type}: {status.error.message}", file=sys.stderr)
    return {TrainerState.SUCCEEDED: 0, TrainerState.STOPPED: 3}.get(status.state, 1)


def _run(path: Path, token: int | None) -> TrainerStatus:
    try:
        job = parse_job(path.read_bytes())
        fence = jobs.fence_for(job, _next_token(job) if token is None else token)
        if fence is not None:
            fence.take()
        context = JobContext(fence, _print)
        signal.signal(signal.SIGINT, lambda *_: context.request_stop())
        return TrainerStatus(state=TrainerState.SUCCEEDED, result=jobs.run(job, context))
    except JobStopped:
        return TrainerStatus(state=TrainerState.STOPPED)
    except Exception as error:
        return TrainerStatus(state=TrainerState.FAILED, error=to_failure(error))


def _next_token(job: TrainerJob) -> int:
    folder = jobs.fenced_folder(job)
    return newest_token(folder) + 1 if folder else 1


def _print(progress: TrainerProgress) -> None:
    print(
        f"{progress.done}/{progress.total} {progress.unit}  loss {progress.loss:.4f}  "
        f"lr {progress.learning_rate:.2e}  {progress.tokens_per_second:.0f} tokens/s  "
        f"eta {progress.eta_seconds:.0f} s",
        file=sys.stderr,
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
