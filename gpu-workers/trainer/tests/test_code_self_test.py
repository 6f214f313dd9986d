"""The self-test: it passes on this machine, and it detects each defect of a sandbox or a grader."""

import os
import re
from collections.abc import Callable
from typing import Any

import pytest

from retort_trainer.code_execution import (
    comparison,
    escapes,
    execution,
    grading,
    mounts,
    runs,
    sandbox,
    seccomp,
    self_test,
)
from retort_trainer.code_execution.harness import source
from retort_trainer.failures import FailureCategory, RetortError
from tests.code_programs import needs_sandbox

pytestmark = needs_sandbox

ANYWHERE: dict[str, Any] = {
    "port": 1,
    "unix_socket": "x",
    "process": 1,
    "files": ["/x"],
    "folders": ["/x"],
    "environment": ["X"],
    "denied_calls": {"bpf": 1},
    "secret": "x",
}


def test_this_machine_passes() -> None:
    reported: list[str] = []
    assert self_test.failures(report=reported.append) == []
    names = [line.removesuffix(": ok") for line in reported]
    assert len(set(names)) == len(names) > 20
    self_test.require()


def without(*options: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A sandbox without some of bubblewrap's options."""

    def weaken(monkeypatch: pytest.MonkeyPatch) -> None:
        command = sandbox._command

        def weakened(system_calls: int) -> list[str]:
            shared = ["--share-net"] if "--unshare-net" in options and os.geteuid() != 0 else []
            _, *arguments = [option for option in command(system_calls) if option not in options]
            at = arguments.index("--as-pid-1")
            return ["bwrap", *arguments[:at], *shared, *arguments[at:]]

        monkeypatch.setattr(sandbox, "_command", weakened)

    return weaken


def harness(old: str, new: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A harness with a modified text."""

    def weaken(monkeypatch: pytest.MonkeyPatch) -> None:
        text = source.text()
        written = repr(old)[1:-1]
        assert written in text
        monkeypatch.setattr(source, "text", lambda: text.replace(written, repr(new)[1:-1]))

    return weaken


def set_to(module: object, name: str, value: object) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda monkeypatch: monkeypatch.setattr(module, name, value)


def _everything() -> list[str]:
    return ["--bind", "/", "/", "--proc", "/proc"]


@pytest.mark.parametrize(
    ("weaken", "seen"),
    [
        (without("--unshare-net"), {"network"}),
        (without("--clearenv"), {"environment"}),
        (set_to(seccomp, "DENY", seccomp.ALLOW), {"system calls"}),
        (set_to(seccomp, "NO_FAMILY", seccomp.ALLOW), {"network"}),
        (set_to(mounts, "libraries_and_python", _everything), {"files outside are read"}),
        (set_to(sandbox, "_TEMPORARY_BYTES", 4 * 1024**3), {"files that fill the machine"}),
        (set_to(execution, "LARGEST_OUTPUT_BYTES", 1024**3), {"huge output"}),
        (set_to(grading, "MEMORY_BYTES", 1024**4), {"memory"}),
        (harness("MOST_PROCESSES = 16", "MOST_PROCESSES = 1000"), {"fork bomb"}),
        (
            harness('os.dup2(descriptors["stdin"], 0)', "pass"),
            {"standard input, line by line", "standard input, as descriptor 0"},
        ),
        (
            set_to(runs, "tested_function", lambda program: None),
            {"an equality that lies, assertions", "tests in the solution's process"},
        ),
        (set_to(comparison, "same_value", lambda one, other: True), {"an equality that lies, functional"}),
        (set_to(comparison, "same_output", lambda one, other: True), {"success marks, standard output"}),
        (set_to(runs, "_failure", lambda *_: None), {"an endless loop", "swallowed exceptions"}),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else "",
)
def test_defects_are_seen(
    weaken: Callable[[pytest.MonkeyPatch], None], seen: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    every = escapes.all_of
    chosen = [one for one in every(**ANYWHERE) if one.name in seen]
    assert len(chosen) == len(seen)
    # The others add no information.
    monkeypatch.setattr(
        escapes, "all_of", lambda **around: [one for one in every(**around) if one.name in seen]
    )
    weaken(monkeypatch)
    if seen == {"memory"}:
        monkeypatch.setattr(grading.run, "__defaults__", (1024**4,))
    assert {failure.split(": ", 1)[0] for failure in self_test.failures()} == seen


def test_unsafe_sandbox_grades_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "_passed", False)
    monkeypatch.setattr(self_test, "failures", lambda: ["network: it passes"])
    message = (
        "SANDBOX_UNSAFE: generated code is not graded on .*: network: it passes (expected: a sandbox that"
    )
    for _ in range(2):
        with pytest.raises(RetortError, match=re.escape(message).replace(r"\.\*", ".*")) as caught:
            self_test.require()
        assert caught.value.category is FailureCategory.PLATFORM
    monkeypatch.setattr(self_test, "failures", list)
    self_test.require()


def test_programs_are_python() -> None:
    """A program whose text fails to compile cannot test an escape."""
    for one in escapes.all_of(**ANYWHERE):
        compile(one.code, one.name, "exec")
        compile(one.tests.program, one.name, "exec")
