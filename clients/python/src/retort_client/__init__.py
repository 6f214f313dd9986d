"""Client of the Retort control plane."""

from retort_client.client import Client
from retort_client.errors import (
    ApiError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    RefusedError,
    TemporaryError,
    Violation,
)
from retort_client.plan import Plan, StagePlan
from retort_client.run import TERMINAL_PHASES, Run, Stage

__all__ = [
    "TERMINAL_PHASES",
    "ApiError",
    "Client",
    "ConflictError",
    "InvalidRequestError",
    "NotFoundError",
    "Plan",
    "RefusedError",
    "Run",
    "Stage",
    "StagePlan",
    "TemporaryError",
    "Violation",
]
