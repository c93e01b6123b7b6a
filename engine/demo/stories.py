"""How the cases of the demonstration go: a few stories, each with its share."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True)
class Story:
    """What happens to a case. `share`: how many of a hundred; `patience`: working days that the
    people of a step take, by element, where it is not the usual day."""

    name: str
    share: int
    incomplete: bool = False
    abandoned: bool = False
    withdrawn: bool = False
    refused: bool = False
    not_competent: bool = False
    sent_back: bool = False
    discrepancy: bool = False
    silent: bool = False
    rectified: bool = False
    draft: bool = False
    patience: dict[str, int] = field(default_factory=dict)


STORIES = (
    Story("smooth", 32),
    Story("rectified", 4, rectified=True),
    Story("supplemented", 17, incomplete=True, patience={"supplement": 6}),
    Story("abandoned", 7, incomplete=True, abandoned=True),
    Story("refused", 8, refused=True),
    Story("withdrawn", 6, withdrawn=True),
    Story("not competent", 3, not_competent=True),
    Story("sent back", 4, sent_back=True),
    Story("paper differs", 4, discrepancy=True),
    Story("silent window", 2, silent=True),
    Story("slow review", 6, patience={"review": 8, "site_check": 5}),
    Story("slow leader", 4, patience={"decide": 6}),
    Story("nobody comes", 2, patience={"deliver": 30}),
    Story("draft", 1, draft=True),
)


def draw(random: Random) -> Story:
    """Draw a story by its share."""
    return random.choices(STORIES, weights=[story.share for story in STORIES])[0]
