"""`make soak`: kill -9 at random moments under load, then judge (N=50 SEED= DATABASE=both).

    python -m bench.soak [--kills 50] [--seed N] [--database sqlite|postgresql|both]

The seed fixes what clients do and what is killed; when the processes get there, nobody does.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections import Counter
from random import Random

from bench.soak.installation import Installation, installation
from bench.soak.load import Client, Promises
from bench.soak.verdict import Verdict, judge, repeat_kept

CLIENTS = 4
WARM_UP = 60  # seconds, at most
MOST_TOLD = 20  # breaches that are printed
KINDS = {"sqlite": ["SQLite"], "postgresql": ["PostgreSQL"], "both": ["SQLite", "PostgreSQL"]}


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--database", choices=KINDS, default="both")
    given = options.parse_args()
    seed = Random().randrange(10**6) if given.seed is None else given.seed
    failed = False
    for kind in KINDS[given.database]:
        verdict = soak(kind, given.kills, seed)
        told = ", ".join(f"{many} {what}" for what, many in verdict.counts.items())
        print(f"{kind}, seed {seed}: {told}")
        for breach in verdict.breaches[:MOST_TOLD]:
            print(f"  BROKEN: {breach}")
        print(f"{kind}: {len(verdict.breaches)} promises broken", flush=True)
        failed = failed or bool(verdict.breaches)
    return 1 if failed else 0


def soak(kind: str, kills: int, seed: int) -> Verdict:
    """Run an installation under load on a database of this kind, kill `kills` times, judge."""
    random, promises, killed = Random(seed), Promises(), Counter[str]()
    with installation(kind) as where:
        where.start()
        clients = [Client(where, promises, f"{seed}-{n}") for n in range(CLIENTS)]
        threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        _warm_up(promises)
        for _ in range(kills):
            time.sleep(0.5 + 2 * random.random())
            killed[where.kill(random)] += 1
        time.sleep(1)
        _end(clients, threads)
        broken = list(repeat_kept(where, promises))
        if not where.scheduler_works():
            broken.append("the scheduler does not tick any more")
        where.stop()
        verdict = judge(where, promises)
        verdict.breaches += broken
        verdict.counts = _told(killed, where, promises) | verdict.counts
        return verdict


def _warm_up(promises: Promises) -> None:
    """Wait until there is something that a kill can break."""
    for _ in range(WARM_UP * 10):
        if len(promises.completed) >= 3:
            return
        time.sleep(0.1)


def _end(clients: list[Client], threads: list[threading.Thread]) -> None:
    for client in clients:
        client.stop.set()
    for thread in threads:
        thread.join(120)


def _told(killed: Counter[str], where: Installation, promises: Promises) -> dict[str, int]:
    return {
        **{f"kills of the {target}": many for target, many in sorted(killed.items())},
        "starts": where.restarts,
        "acknowledged completions": len(promises.completed),
        "answers repeated alike": len(promises.kept),
        "requests repeated for want of an answer": promises.repeated,
        "refusals": promises.refused,
        "messages sent more than once": sum(n > 1 for n in where.gateway.got.values()),
    }


if __name__ == "__main__":
    sys.exit(main())
