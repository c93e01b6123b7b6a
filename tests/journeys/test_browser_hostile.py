"""In a browser: what strangers write runs nothing, loads nothing, and keeps to its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.city import City, application
from tests.hostile.values import SCRIPTS, TEMPLATES
from tests.journeys.conftest import Tab
from tests.journeys.test_browser_pages import WIDTH

pytestmark = pytest.mark.browser

ARABIC = "\u0626\u06c7\u064a\u063a\u06c7\u0631\u0686\u06d5"
LENGTH = 200  # what the form takes as a subject
MARKUP = " ".join((*SCRIPTS, *(text for text in TEMPLATES if "{canary}" not in text)))
TEXTS = (
    *(MARKUP[start : start + LENGTH].strip() for start in range(0, len(MARKUP), LENGTH)),
    "W" * LENGTH,
    "汉" * LENGTH,
    f"{ARABIC} 12-34 {ARABIC} (a)",
    "e" + "\u0301" * 8 + "Z" + "\u0335" * 8,
    "&lt;b&gt; &amp; &#x3c;",
)


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_hostile_text_is_only_text(city: City, tab: Callable[..., Tab], number: int) -> None:
    text = TEXTS[number]
    person = application()["applicant"] | {
        "name": text[:100].strip(),
        "address": text,
    }
    filled = application(applicant=person, subject=text)
    case = city.as_("applicant").open_case(application=filled)["number"]
    city.as_("applicant").upload(case, "layout", name=f"{text[:60].replace('/', '')}.pdf")
    city.as_("applicant").post(f"/cases/{case}/submission")
    for login in ("applicant", "clerk"):
        reader = tab(width=360)
        dialogs: list[str] = []
        reader.page.on("dialog", lambda each, said=dialogs: said.append(each.message))
        reader.sign_in(login)
        paths = [f"/cases/{case}", "/my"] if login == "applicant" else [f"/cases/{case}", "/work"]
        if login == "clerk":
            task = city.as_("clerk").task(case)
            paths += ["/cases", f"/work/{task['id']}"]
        for path in paths:
            page = reader.open(path)
            assert page.locator("main").inner_text()
            assert page.evaluate(WIDTH) <= 0, path
            assert page.evaluate("document.scripts.length") == page.locator("script[src]").count()
        assert dialogs == []
