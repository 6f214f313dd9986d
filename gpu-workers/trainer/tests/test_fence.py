from pathlib import Path

import pytest

from retort_trainer import store
from retort_trainer.failures import FailureCategory, RetortError
from retort_trainer.fence import Fence, newest_token


def test_larger_token_owns_the_folder(tmp_path: Path) -> None:
    first, second = Fence(tmp_path.as_uri(), 1), Fence(tmp_path.as_uri(), 2)
    first.take()
    first.check()
    second.take()
    second.check()
    with pytest.raises(RetortError) as caught:
        first.check()
    assert (caught.value.category, caught.value.type) == (FailureCategory.PLATFORM, "FENCED")
    with pytest.raises(RetortError, match="token 2 is newer than this trainer's 1"):
        first.take()
    first.adopt(3)
    with pytest.raises(RetortError, match="FENCED"):
        second.check()
    with pytest.raises(RetortError, match="FENCED"):
        first.adopt(2)
    assert newest_token(tmp_path.as_uri()) == 3


def test_of_two_owners_at_once_only_the_newer_one_owns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Fence(tmp_path.as_uri(), 1), Fence(tmp_path.as_uri(), 2)
    put_once = store.put_once

    def put_late(uri: str, content: bytes) -> None:
        monkeypatch.setattr(store, "put_once", put_once)
        second.take()
        put_once(uri, content)

    monkeypatch.setattr(store, "put_once", put_late)
    with pytest.raises(RetortError, match="FENCED"):
        first.take()
    second.check()


def test_a_folder_that_nobody_owned_has_no_token(tmp_path: Path) -> None:
    assert newest_token((tmp_path / "new").as_uri()) == 0
