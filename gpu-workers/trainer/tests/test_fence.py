from pathlib import Path

import pytest

from retort_trainer.failures import FailureCategory, RetortError
from retort_trainer.fence import Fence, read_token


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
    assert read_token((tmp_path / "fence.json").as_uri()) == 3
