"""The breakers of DashScope's native protocol and of relays, over real HTTP, in pieces of all sizes."""

import pytest
from tests.contract.test_naive_client_breakers import check, play
from tests.support import relay_breakers
from tests.support.breakers import Breaker


@pytest.mark.parametrize("breaker", relay_breakers.ALL, ids=lambda breaker: breaker.name)
def test_a_breaker_of_a_relay_means_what_it_means_however_it_is_cut(breaker: Breaker) -> None:
    for outcome in play(breaker):
        check(breaker, outcome)
