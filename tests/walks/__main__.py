"""`make walks N=500 SEED=1`: walks from a seed on; half of them beside the library as it is."""

from __future__ import annotations

import os
import time

from tests.walks.walk import other_processes, walk


def main() -> None:
    number, first = int(os.environ.get("N") or 500), int(os.environ.get("SEED") or 1)
    steps, begun = 0, time.monotonic()
    with other_processes() as others:
        for seed in range(first, first + number):
            steps += walk(seed, plain=seed % 2 == 0, others=others)
    took = time.monotonic() - begun
    print(f"{number} walks from seed {first}, {steps} steps, {took:.0f} s: no difference")


if __name__ == "__main__":
    main()
