"""What several tests of the store begin with."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from engine.store.blocks import seal
from engine.transaction import writing
from tests.store.attacks import CASES, EMPTY_CASE, add_round
from tests.store.samples import add_case


@pytest.fixture
def journal(app: Flask, now: datetime) -> None:
    """Three cases and the system with five rows each: blocks of 8 and 4 rows, 8 rows unsealed."""
    for rows, sealed in ((0, False), (2, True), (1, True), (2, False)):
        with writing() as session:
            if not rows:
                for number in (*CASES, EMPTY_CASE):
                    add_case(session, number, now)
            add_round(session, now, rows)
            if sealed:
                seal(session, now)
