import getpass
import os

import pytest

from retort_client.user import local_user


def test_is_the_name_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ann")

    assert local_user() == "ann"


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found: 1000"), OSError("No username set")])
def test_is_the_number_of_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fails() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", fails)

    assert local_user() == f"uid {os.getuid()}"
