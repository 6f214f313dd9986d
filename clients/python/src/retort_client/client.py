"""The client."""

import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from retort_client import events
from retort_client.errors import TemporaryError, error_from, error_of
from retort_client.plan import Plan
from retort_client.run import Run
from retort_client.user import local_user

Spec = Mapping[str, Any]

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0
# The control plane writes something at least every 15 s.
_LONGEST_SILENCE = 45.0


class Client:
    """A control plane.

    Specs are the mappings that their YAML is, with the same names. Calls raise a subclass of ApiError, or
    an httpx.TransportError where the control plane cannot be reached.

    Args:
        address: for example ``http://127.0.0.1:7400``; default: ``RETORT_CONTROL_ADDRESS``, else that.
        token: sent as a bearer token; default: ``RETORT_TOKEN``. Not to an address of another machine without
            ``https://`` or ``http://``.
        timeout: seconds that a call may take, except ``watch``.
    """

    def __init__(
        self, address: str | None = None, *, token: str | None = None, timeout: float = 30.0
    ) -> None:
        base = address or os.environ.get("RETORT_CONTROL_ADDRESS") or "http://127.0.0.1:7400"
        token = token or os.environ.get("RETORT_TOKEN")
        if token and "://" not in base and not _is_loopback(base):
            raise ValueError(
                f"{base}: the token would be sent without encryption (expected: https://{base};"
                f" http://{base} if something else encrypts the connection)"
            )
        self._http = httpx.Client(
            base_url=base if "://" in base else f"http://{base}",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=timeout,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def create(self, spec: Spec, *, request_id: str | None = None, fresh_stages: Sequence[str] = ()) -> Run:
        """Starts a run.

        Args:
            request_id: a repeated call with the same one returns the same run; default: a new one.
            fresh_stages: stages to run again even if the store has their results.
        """
        body = {"spec": dict(spec), "fresh_stages": list(fresh_stages)}
        return self._run("POST", "/v1/runs", body, request_id or uuid.uuid4().hex)

    def plan(self, spec: Spec, *, fresh_stages: Sequence[str] = ()) -> Plan:
        """What ``create`` would do; starts nothing."""
        body = {"spec": dict(spec), "fresh_stages": list(fresh_stages)}
        return self._plan("/v1/runs", body)

    def get(self, run_id: str) -> Run:
        return self._run("GET", _path(run_id))

    def list(self, *, phases: Sequence[str] = (), page_size: int = 50) -> Iterator[Run]:
        """Runs, newest first, without their summaries; asks for further pages as they are needed."""
        token = ""
        while True:
            page = self._call(
                "GET",
                "/v1/runs",
                parameters={"phases": list(phases), "page_size": page_size, "page_token": token},
            )
            for run in page.get("runs", []):
                yield Run.of(run)
            token = page.get("next_page_token", "")
            if not token:
                return

    def watch(self, run_id: str) -> Iterator[Run]:
        """The run whenever it changes, the first time at once, until it has ended.

        A lost connection is made again, also while the control plane restarts; the states in between are then
        missing, the newest is not.
        """
        last_id, failures = "", 0
        while True:
            try:
                for event in self._events(f"{_path(run_id)}:watch", last_id):
                    failures = 0
                    if event.name == "end":
                        return
                    if event.name == "problem":
                        raise error_from(json.loads(event.data))
                    last_id = event.event_id
                    yield Run.of(json.loads(event.data).get("run", {}))
            except (httpx.TransportError, TemporaryError):
                failures += 1
                if failures > 5:
                    raise
            time.sleep(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**failures))

    def wait(self, run_id: str) -> Run:
        """The run once it has ended."""
        for run in self.watch(run_id):
            if run.is_terminal:
                return run
        return self.get(run_id)

    def cancel(self, run_id: str, reason: str = "") -> Run:
        """Requests cancellation; finished work is kept."""
        return self._run("POST", f"{_path(run_id)}:cancel", {"reason": reason})

    def pause(self, run_id: str, reason: str = "") -> Run:
        return self._run("POST", f"{_path(run_id)}:pause", {"reason": reason})

    def resume(self, run_id: str, *, budget: float | None = None) -> Run:
        """Continues a paused run, with another budget if it is given."""
        return self._run("POST", f"{_path(run_id)}:resume", {} if budget is None else {"budget": budget})

    def approve(
        self, run_id: str, *, report_digest: str | None = None, note: str = "", actor: str | None = None
    ) -> Run:
        """Lets the alias move to the run's version.

        Args:
            report_digest: of the report that was read; default: of the run's report as it is now.
            actor: who decides, default: the user of this process. With authentication it is the caller.
        """
        return self._decide(run_id, "approve", report_digest, note, actor)

    def reject(
        self, run_id: str, *, report_digest: str | None = None, note: str = "", actor: str | None = None
    ) -> Run:
        """Leaves the alias where it is. Arguments: as in ``approve``."""
        return self._decide(run_id, "reject", report_digest, note, actor)

    def retrain(
        self,
        run_id: str,
        changes: Spec | None = None,
        *,
        update_mask: Sequence[str] | None = None,
        from_stage: str = "",
        request_id: str | None = None,
        fresh_stages: Sequence[str] = (),
    ) -> Run:
        """Starts a run from the spec of another.

        Args:
            changes: a part of a spec.
            update_mask: paths of the fields to replace; default: every value in ``changes``. A path that
                ``changes`` does not have clears the field.
            from_stage: this stage, for example ``COGPO``, and those after it run again, even if the store has
                their results.
        """
        body = _retrain(changes, update_mask, from_stage, fresh_stages)
        return self._run("POST", f"{_path(run_id)}:retrain", body, request_id or uuid.uuid4().hex)

    def plan_retrain(
        self,
        run_id: str,
        changes: Spec | None = None,
        *,
        update_mask: Sequence[str] | None = None,
        from_stage: str = "",
        fresh_stages: Sequence[str] = (),
    ) -> Plan:
        """What ``retrain`` would do; starts nothing."""
        body = _retrain(changes, update_mask, from_stage, fresh_stages)
        return self._plan(f"{_path(run_id)}:retrain", body)

    def aliases(self, model: str) -> dict[str, int]:
        """The version that each alias of a model names."""
        answer = self._call("GET", f"/v1/models/{quote(model, safe='')}")
        named = answer["model"].get("aliases", {}).get("versions", {})
        return {alias: int(version) for alias, version in named.items()}

    def _plan(self, path: str, body: Mapping[str, Any]) -> Plan:
        return Plan.of(self._call("POST", path, {**body, "validate_only": True}).get("plan", {}))

    def _decide(self, run_id: str, verb: str, report_digest: str | None, note: str, actor: str | None) -> Run:
        body = {
            "report_digest": self.get(run_id).report_digest if report_digest is None else report_digest,
            "note": note,
            "actor": local_user() if actor is None else actor,
        }
        return self._run("POST", f"{_path(run_id)}:{verb}", body)

    def _run(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, request_id: str | None = None
    ) -> Run:
        headers = {"Idempotency-Key": request_id} if request_id else {}
        return Run.of(self._call(method, path, body, headers)["run"])

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        response = self._http.request(method, path, json=body, headers=headers, params=parameters)
        if response.is_error:
            raise error_of(response)
        answer: dict[str, Any] = response.json()
        return answer

    def _events(self, path: str, last_id: str) -> Iterator[events.Event]:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
        timeout = httpx.Timeout(self._http.timeout.connect, read=_LONGEST_SILENCE)
        with self._http.stream("GET", path, headers=headers, timeout=timeout) as response:
            if response.is_error:
                response.read()
                raise error_of(response)
            yield from events.read(response.iter_text())


def _retrain(
    changes: Spec | None, update_mask: Sequence[str] | None, from_stage: str, fresh_stages: Sequence[str]
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "changes": dict(changes or {}),
        "update_mask": ",".join(_leaves(changes or {}) if update_mask is None else update_mask),
        "fresh_stages": list(fresh_stages),
    }
    return body | ({"from_stage": from_stage} if from_stage else {})


def _path(run_id: str) -> str:
    return f"/v1/runs/{quote(run_id, safe='')}"


def _leaves(value: Mapping[str, Any], prefix: str = "") -> list[str]:
    paths: list[str] = []
    for key, member in value.items():
        path = f"{prefix}{key}"
        paths += _leaves(member, f"{path}.") if isinstance(member, Mapping) and member else [path]
    return paths


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0] or address
    return host == "localhost" or host.startswith("127.") or host == "[::1]"
