"""A few rounds of the soak: an installation under load, killed with SIGKILL, keeps its promises.

`make soak` does the same fifty times on each database.
"""

from __future__ import annotations

from random import Random

import pytest

from bench.soak.__main__ import KINDS, soak
from bench.soak.installation import TARGETS

KILLS, SEED = 2, 7


@pytest.mark.parametrize("kind", KINDS["both"])
def test_what_was_acknowledged_is_there_once_whatever_was_killed(kind: str) -> None:
    verdict = soak(kind, KILLS, SEED)
    assert verdict.breaches == []
    assert verdict.counts["acknowledged completions"] > 0
    assert verdict.counts["answers repeated alike"] > 0


def test_a_seed_says_what_is_killed() -> None:
    first, again = (Random(SEED).choices(TARGETS, k=50) for _ in range(2))
    assert first == again and set(first) == set(TARGETS)
