"""Errors of the API as exceptions."""

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Violation:
    """One field of a request that was refused, by its path: ``spec.sft.epochs``."""

    field: str
    description: str


class ApiError(Exception):
    """An error that the control plane reports.

    Attributes:
        status: HTTP status.
        code: gRPC code, such as ``NOT_FOUND``.
        category: who can do something about it: USER, PLATFORM, RESOURCE, BUDGET or TIMEOUT.
        reason: machine-readable cause, such as ``SPEC_INVALID``.
        violations: every field that was refused.
        retry_after: seconds after which the call may be repeated; None where the answer does not say.
    """

    def __init__(self, status: int, problem: dict[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.code = str(problem.get("code", "UNKNOWN"))
        self.category = str(problem.get("category", "PLATFORM"))
        self.reason = str(problem.get("reason", self.code))
        self.violations = tuple(_violations(problem))
        self.retry_after = retry_after
        detail = str(problem.get("detail", "")) or f"HTTP status {status}"
        if len(self.violations) > 1:
            detail = "\n".join(f"{violation.field}: {violation.description}" for violation in self.violations)
        super().__init__(detail)


class InvalidRequestError(ApiError):
    """The request or its spec has fields that do not fit; see ``violations``."""


class NotFoundError(ApiError):
    """There is no such run or model."""


class ConflictError(ApiError):
    """Not possible in the present state, or a request id was used for another request."""


class RefusedError(ApiError):
    """The caller is unknown, or may not do this."""


class TemporaryError(ApiError):
    """The call may succeed later: too many calls, no answer in time, or a part is not available."""


def error_of(response: httpx.Response) -> ApiError:
    """The exception for a response that is no success, also one of a proxy."""
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    after = response.headers.get("Retry-After", "")
    return _type_of(response.status_code)(
        response.status_code, problem, float(after) if after.isdigit() else None
    )


def error_from(problem: dict[str, Any]) -> ApiError:
    """The exception for a problem document."""
    status = int(problem.get("status", 500))
    return _type_of(status)(status, problem)


def _type_of(status: int) -> type[ApiError]:
    types: dict[int, type[ApiError]] = {
        400: InvalidRequestError,
        401: RefusedError,
        403: RefusedError,
        404: NotFoundError,
        409: ConflictError,
        422: ConflictError,
        429: TemporaryError,
        502: TemporaryError,
        503: TemporaryError,
        504: TemporaryError,
    }
    return types.get(status, ApiError)


def _violations(problem: dict[str, Any]) -> list[Violation]:
    return [
        Violation(str(found.get("field", "")), str(found.get("description", "")))
        for detail in problem.get("details", [])
        if isinstance(detail, dict)
        for found in detail.get("field_violations", [])
    ]
