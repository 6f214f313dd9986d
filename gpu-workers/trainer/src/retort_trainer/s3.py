"""What is special to S3: how a client is set up, and which of its errors another attempt cannot mend."""

import os
from typing import Any
from urllib.parse import urlsplit

from retort_trainer.failures import RetortError, user_error

# Errors that s3fs does not map to missing permissions; botocore's errors are given by name, because only s3:
# loads it.
_REFUSALS = {"401", "InvalidBucketName", "InvalidToken", "TokenRefreshRequired", "Unauthorized"}
_MOVED = {"301", "AuthorizationHeaderMalformed", "PermanentRedirect"}
_WITHOUT_CREDENTIALS = {"CredentialRetrievalError", "NoCredentialsError", "PartialCredentialsError"}


def options() -> dict[str, Any]:
    """Endpoint and credentials from the environment, as botocore reads it; botocore ignores AWS_REGION."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION")
    return {
        # Other processes write to the same folders.
        "use_listings_cache": False,
        "endpoint_url": endpoint,
        "client_kwargs": {"region_name": region} if region else {},
        "config_kwargs": {
            # S3's protocol expects clients to repeat single requests on 5xx; Temporal retries whole
            # activities.
            "retries": {"total_max_attempts": 5, "mode": "standard"},
            # Servers other than Amazon's rarely have a host name per bucket.
            **({"s3": {"addressing_style": "path"}} if endpoint else {}),
        },
    }


def refusal(uri: str, failure: BaseException) -> RetortError | None:
    """The problem that a person has to correct; None if another attempt may succeed."""
    bucket = urlsplit(uri).netloc
    error: BaseException | None = failure
    while error is not None:
        code = str((getattr(error, "response", None) or {}).get("Error", {}).get("Code", ""))
        if code == "NoSuchBucket":
            return _refused(
                f"{uri}: there is no bucket {bucket}",
                "one that exists; create it, or set AWS_ENDPOINT_URL and AWS_REGION to where it is",
            )
        if code in _MOVED:
            return _refused(f"{uri}: {code}", f"the region of the bucket {bucket} in AWS_REGION")
        if (
            code in _REFUSALS
            or isinstance(error, PermissionError)
            or type(error).__name__ in _WITHOUT_CREDENTIALS
        ):
            return _refused(
                f"{uri}: {error}",
                f"credentials that may list, read, write and delete in the bucket {bucket}; set "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or a role where the trainers run",
            )
        error = error.__cause__
    return None


def _refused(what: str, expected: str) -> RetortError:
    return user_error("STORE_REFUSED", f"{what} (expected: {expected})")
