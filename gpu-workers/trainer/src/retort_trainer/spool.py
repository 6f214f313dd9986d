"""Records of any size in a temporary file, so that a million of them need little memory."""

import tempfile
from types import TracebackType


class Spool:
    """Appends records and reads them back by the place that `append` answered. Not thread-safe."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="retort-")  # noqa: SIM115 closed by `close`
        self._end = 0

    def append(self, record: bytes) -> int:
        """Writes a record; returns its place, which is 0 or larger."""
        place = self._end
        self._file.seek(place)
        self._file.write(len(record).to_bytes(8, "big") + record)
        self._end += 8 + len(record)
        return place

    def read(self, place: int) -> bytes:
        """The record at a place."""
        self._file.seek(place)
        return self._file.read(int.from_bytes(self._file.read(8), "big"))

    def close(self) -> None:
        """Deletes the file."""
        self._file.close()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
