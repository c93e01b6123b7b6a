"""Serial numbers: without gaps, without repeats, one sequence a name."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from engine.store.counters import next_serial
from engine.store.settings import lock_setting, write_setting
from engine.transaction import writing


def test_each_name_counts_from_one(app: Flask) -> None:
    with writing() as session:
        assert [next_serial(session, name) for name in ("a", "a", "b", "a")] == [1, 2, 1, 3]


def test_a_rolled_back_number_is_given_again(app: Flask) -> None:
    with writing() as session:
        next_serial(session, "a")
    with pytest.raises(ValueError), writing() as session:
        assert next_serial(session, "a") == 2
        raise ValueError
    with writing() as session:
        assert next_serial(session, "a") == 2


def test_threads_share_a_sequence_without_gaps(app: Flask) -> None:
    given: list[int] = []

    def take() -> None:
        for _ in range(5):
            with app.app_context(), writing() as session:
                given.append(next_serial(session, "new"))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(given) == list(range(1, 21))


def test_a_setting_starts_with_its_initial_value_and_keeps_the_written_one(app: Flask) -> None:
    with writing() as session:
        assert lock_setting(session, "clock", "0") == "0"
        write_setting(session, "clock", "5")
    with writing() as session:
        assert lock_setting(session, "clock", "0") == "5"
