"""The three lights of supervision (P22a), each a colour, a shape and a word."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from engine.errors import Words


class Colour(StrEnum):
    """A light, in order of gravity: green < yellow < red. Its value is the English word."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"

    @property
    def label(self) -> Words:
        """The word that pages show, since a colour alone does not reach every reader."""
        return _LABELS[self]

    @property
    def shape(self) -> str:
        """The sign that pages show beside the word: ● ▲ ■."""
        return _SHAPES[self]

    # A text would compare by its letters, which puts yellow above red.
    def __lt__(self, other: str) -> bool:
        return _gravity(self) < _gravity(other)

    def __le__(self, other: str) -> bool:
        return _gravity(self) <= _gravity(other)

    def __gt__(self, other: str) -> bool:
        return _gravity(self) > _gravity(other)

    def __ge__(self, other: str) -> bool:
        return _gravity(self) >= _gravity(other)


_ORDER = tuple(Colour)
_LABELS = {
    Colour.GREEN: Words("绿灯", "green light"),
    Colour.YELLOW: Words("黄灯", "yellow light"),
    Colour.RED: Words("红灯", "red light"),
}
_SHAPES = {Colour.GREEN: "●", Colour.YELLOW: "▲", Colour.RED: "■"}


def _gravity(colour: str) -> int:
    return _ORDER.index(Colour(colour))


def worst(colours: Iterable[Colour]) -> Colour:
    """Return the gravest of `colours`; green where there are none."""
    return max(colours, default=Colour.GREEN)
