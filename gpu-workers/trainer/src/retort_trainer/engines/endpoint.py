"""A model that another server serves."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from retort_trainer.engines.chat_client import Endpoint
from retort_trainer.engines.engine import Engine, EngineJob
from retort_trainer.engines.http_engine import DEFAULT_CONCURRENCY, HttpEngine
from retort_trainer.failures import platform_error, user_error
from retort_trainer.spec import EndpointSpec, EngineSpec

_DEFAULT_TIMEOUT_SECONDS = 3600
_KEY_PREFIX = "RETORT_ENDPOINT_KEY"
# Other characters are no part of a header, and an error of the HTTP library would quote them.
_KEY = re.compile(r"[\x21-\x7e]+")
# As the contract says; what else there may be in a header, the HTTP library refuses with an error of its own.
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,2000}")


@contextmanager
def opened(job: EngineJob) -> Iterator[Engine]:
    """Checks the settings; nothing is asked yet."""
    engine = job.generation.engine or EngineSpec()
    spec = engine.endpoint or EndpointSpec()
    base_url = spec.base_url.rstrip("/")
    if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).hostname:
        raise _bad("base_url", spec.base_url, "the http or https address of a server, up to and with /v1")
    if not spec.model:
        raise _bad("model", "", "the name of a model of the server")
    endpoint = Endpoint(
        base_url=base_url,
        model=spec.model,
        key=_key(spec),
        headers=_headers(spec),
        timeout_seconds=spec.timeout_seconds or _DEFAULT_TIMEOUT_SECONDS,
    )
    yield HttpEngine(
        endpoint,
        job.generation.template.system_prompt,
        job.sampling,
        engine.concurrency or DEFAULT_CONCURRENCY,
    )


def _headers(spec: EndpointSpec) -> dict[str, str]:
    for number, header in enumerate(spec.headers):
        if not _HEADER_NAME.fullmatch(header.name):
            raise _bad(f"headers[{number}].name", header.name, "letters, digits and hyphens")
        if not _HEADER_VALUE.fullmatch(header.value):
            raise _bad(
                f"headers[{number}].value", header.value, "printable characters of ASCII, without line breaks"
            )
    return {header.name: header.value for header in spec.headers}


def _key(spec: EndpointSpec) -> str | None:
    """The key. It only goes to the address that the environment binds it to: a spec may name any address."""
    name = spec.api_key_env
    if not name:
        return None
    if name != _KEY_PREFIX and not name.startswith(_KEY_PREFIX + "_"):
        raise _bad("api_key_env", name, f"{_KEY_PREFIX} or a name that begins with {_KEY_PREFIX}_")
    # Of a key that was read from a file, the end of its line is no part.
    key, address = os.environ.get(name, "").strip(), os.environ.get(f"{name}_URL", "").strip()
    if not key or not address:
        missing = name if not key else f"{name}_URL"
        raise platform_error(
            "ENDPOINT_KEY",
            f"{missing}: not set in the trainers' environment (expected: the key of {spec.base_url} in "
            f"{name}, and the address that it may be sent to in {name}_URL)",
        )
    if not _KEY.fullmatch(key):
        raise platform_error(
            "ENDPOINT_KEY",
            f"{name}: has characters that no key has (expected: visible characters of ASCII alone, without "
            "blanks between them)",
        )
    if _address(spec.base_url) != _address(address):
        raise user_error(
            "ENDPOINT_KEY",
            f"engine.endpoint.base_url: {spec.base_url} (expected: an address at {address}, which {name}_URL "
            f"says that {name} may be sent to)",
        )
    return key


def _address(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _bad(name: str, value: str, expected: str) -> Exception:
    return user_error(
        "BAD_DOCUMENT", f"job: generation.engine.endpoint.{name}: {value!r} (expected: {expected})"
    )
