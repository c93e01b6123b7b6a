"""A saved state, loaded in another process, goes on as if it had never been away."""

from __future__ import annotations

import pytest

from tests.walks.walk import other_processes, walk

SEEDS = range(1000, 1020)


@pytest.mark.parametrize("plain", [True, False], ids=["beside the library", "with forks in loops"])
def test_random_walks_over_generated_diagrams_show_no_difference(plain: bool) -> None:
    with other_processes() as others:
        steps = [walk(seed, plain, others) for seed in SEEDS]
    assert sum(steps) > 3 * len(SEEDS), "the walks went nowhere"
