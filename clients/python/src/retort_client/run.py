"""What the API says about a run."""

from dataclasses import dataclass, field
from typing import Any

TERMINAL_PHASES = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})


def short(name: str, prefix: str) -> str:
    """The name of an enum value without its prefix: ``RUN_PHASE_RUNNING`` is ``RUNNING``."""
    return name.removeprefix(prefix)


@dataclass(frozen=True)
class Stage:
    """Progress of one stage.

    Attributes:
        name: for example ``SFT``.
        phase: as of a run, for example ``RUNNING``.
        done: rows or steps that are done, of ``total``; 0 of 0 where that is not known.
        unit: what is counted.
        reuse: ``HIT`` if the result of an earlier run was taken, ``RUN`` if not; empty while that is open.
    """

    name: str
    phase: str
    done: int
    total: int
    unit: str
    reuse: str

    @classmethod
    def of(cls, value: dict[str, Any]) -> "Stage":
        return cls(
            name=short(value.get("stage", ""), "STAGE_"),
            phase=short(value.get("phase", ""), "RUN_PHASE_"),
            done=int(value.get("done", 0)),
            total=int(value.get("total", 0)),
            unit=value.get("unit", ""),
            reuse=short(value.get("reuse", ""), "STAGE_REUSE_"),
        )


@dataclass(frozen=True)
class Run:
    """A run as it was when the control plane was asked.

    Attributes:
        phase: for example ``RUNNING``, ``PAUSED`` or ``SUCCEEDED``.
        stages: those that have begun, in their order.
        origin_run_id: the run that this one was retrained from; empty for others.
        raw: everything the API said, with the names of the proto files.
    """

    run_id: str
    phase: str
    origin_run_id: str
    stages: tuple[Stage, ...]
    raw: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, value: dict[str, Any]) -> "Run":
        return cls(
            run_id=value.get("run_id", ""),
            phase=short(value.get("phase", ""), "RUN_PHASE_"),
            origin_run_id=value.get("origin_run_id", ""),
            stages=tuple(Stage.of(stage) for stage in value.get("stages", [])),
            raw=value,
        )

    @property
    def is_terminal(self) -> bool:
        return self.phase in TERMINAL_PHASES

    @property
    def spec(self) -> dict[str, Any]:
        """With every default filled in."""
        spec: dict[str, Any] = self.raw.get("spec", {})
        return spec

    @property
    def report_digest(self) -> str:
        """What an approval names; empty unless the run waits for one."""
        release = self.raw.get("summary", {}).get("release", {})
        return str(release.get("approval", {}).get("report_digest", ""))

    def _repr_html_(self) -> str:
        """For notebooks."""
        from html import escape

        rows = "".join(
            f"<tr><td>{escape(stage.name)}</td><td>{escape(stage.phase)}</td>"
            f"<td>{stage.done} / {stage.total} {escape(stage.unit)}</td></tr>"
            for stage in self.stages
        )
        return (
            f"<table><caption>{escape(self.run_id)}: {escape(self.phase)}</caption>"
            f"<tr><th>stage</th><th>phase</th><th>progress</th></tr>{rows}</table>"
        )
