"""Lights have an order of gravity, a word and a shape.

Rows: P22a
"""

from itertools import permutations

import pytest

from engine.domain.light import Colour, worst


def test_red_is_graver_than_yellow_and_yellow_than_green():
    for order in permutations(Colour):
        assert sorted(order) == [Colour.GREEN, Colour.YELLOW, Colour.RED]
    assert Colour.RED > Colour.YELLOW >= Colour.YELLOW > Colour.GREEN
    assert Colour.GREEN < Colour.YELLOW <= Colour.YELLOW < Colour.RED


def test_order_holds_for_colours_read_back_as_text():
    assert Colour.RED > "yellow"
    assert Colour.YELLOW < "red"


def test_the_worst_of_several_lights_counts():
    assert worst([Colour.GREEN, Colour.RED, Colour.YELLOW]) is Colour.RED
    assert worst([Colour.YELLOW, Colour.GREEN]) is Colour.YELLOW
    assert worst([]) is Colour.GREEN


@pytest.mark.parametrize(
    ("colour", "zh", "shape"),
    [(Colour.GREEN, "绿灯", "●"), (Colour.YELLOW, "黄灯", "▲"), (Colour.RED, "红灯", "■")],
)
def test_a_light_can_be_told_without_its_colour(colour, zh, shape):
    assert (colour.label.zh, colour.shape) == (zh, shape)
    assert colour.value in colour.label.en
