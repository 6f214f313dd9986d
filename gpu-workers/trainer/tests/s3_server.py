"""A real S3 server over a folder: `rclone serve s3`."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCESS_KEY = "key"
SECRET_KEY = "secret"  # noqa: S105


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serves the folder's sub-folders as buckets; yields the endpoint."""
    rclone = Path(sys.executable).with_name("rclone")
    command = [str(rclone), "serve", "s3", str(folder), "--addr", "127.0.0.1:0"]
    environment = {**os.environ, "RCLONE_CONFIG": "/dev/null"}
    server = subprocess.Popen(
        [*command, "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    try:
        log = []
        for line in server.stderr:
            log.append(line)
            endpoint = re.search(r"http://127\.0\.0\.1:\d+", line)
            if endpoint:
                break
        else:
            raise AssertionError("rclone did not start: " + "".join(log))
        # Keeps reading, because a full pipe would block the server.
        threading.Thread(target=server.stderr.read, daemon=True).start()
        yield endpoint[0]
    finally:
        server.terminate()
        server.wait()
