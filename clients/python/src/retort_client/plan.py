"""What the API says a run would do."""

from dataclasses import dataclass, field
from typing import Any

from retort_client.run import short


@dataclass(frozen=True)
class StagePlan:
    """One stage of a plan.

    Attributes:
        name: for example ``SFT``.
        reuse: ``HIT`` if its result is in the store, ``RUN`` if it would be made; empty if that is not known.
        reason: why it would run, or why that is not known.
        made_by_run_id: for a HIT, the run that made the result.
        changed: names of the fields and inputs that differ from the most similar earlier result.
    """

    name: str
    reuse: str
    reason: str
    made_by_run_id: str
    changed: tuple[str, ...]

    @classmethod
    def of(cls, value: dict[str, Any]) -> "StagePlan":
        return cls(
            name=short(value.get("stage", ""), "STAGE_"),
            reuse=short(value.get("reuse", ""), "STAGE_REUSE_"),
            reason=value.get("reason", ""),
            made_by_run_id=value.get("made_by_run_id", ""),
            changed=tuple(one.get("name", "") for one in value.get("differences", [])),
        )


@dataclass(frozen=True)
class Plan:
    """What a run would do.

    Attributes:
        stages: in the order of the run.
        problems: messages of the failures that the run would meet.
        raw: everything the API said, with the estimates.
    """

    stages: tuple[StagePlan, ...]
    problems: tuple[str, ...]
    raw: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, value: dict[str, Any]) -> "Plan":
        return cls(
            stages=tuple(StagePlan.of(stage) for stage in value.get("stages", [])),
            problems=tuple(one.get("message", "") for one in value.get("problems", [])),
            raw=value,
        )
