"""Where a token is sent."""

import pytest

import retort_client

TOKEN = "rtk_" + "0" * 72


def test_sends_no_token_in_the_clear_to_another_machine() -> None:
    with pytest.raises(ValueError, match=r"retort\.example:7400: the token would be sent without encryption"):
        retort_client.Client("retort.example:7400", token=TOKEN)


@pytest.mark.parametrize(
    "address", ["127.0.0.1:7400", "localhost:7400", "https://retort.example", "http://10.0.0.1"]
)
def test_sends_a_token_where_the_address_allows_it(address: str) -> None:
    with retort_client.Client(address, token=TOKEN) as client:
        assert client is not None
