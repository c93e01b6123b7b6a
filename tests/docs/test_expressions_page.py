"""Every example of the pages on expressions, worked out, in both languages."""

import json
import re

import pytest

from engine.bpmn.expressions import compile_expression
from engine.bpmn.functions import FUNCTIONS
from engine.bpmn.scripts import compile_assignments
from engine.errors import ExpressionError
from tests.docs.guides import DOCS, blocks

PAGES = [DOCS / "expressions.md", DOCS / "expressions.zh.md"]
ROW = re.compile(r"^\| `(.+?)` \| (.+?) \|$", re.MULTILINE)


def block(page, info):
    return next(each.text for each in blocks(page) if each.info == info)


def rows(page):
    """The rows (expression, what it gives) and (expression, why it is refused)."""
    found = ROW.findall(page.read_text("utf-8"))
    good = [(text, told) for text, told in found if re.fullmatch("`[^`]+`", told)]
    return good, [text for text, told in found if (text, told) not in good]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_gives_what_the_page_says(page):
    data = json.loads(block(page, "json data"))
    good, refused = rows(page)
    assert len(good) > 60
    for text, told in good:
        value = compile_expression(text).evaluate(data)
        assert json.dumps(value) == json.dumps(json.loads(told.strip("`"))), text
    assert len(refused) > 10
    for text in refused:
        with pytest.raises(ExpressionError):
            compile_expression(text).evaluate(data)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_script_gives_what_the_page_says(page):
    data = json.loads(block(page, "json data"))
    result = json.loads(block(page, "json result"))
    assert compile_assignments(block(page, "text script")).run(data) == result


def test_every_function_has_an_example():
    good, refused = rows(PAGES[0])
    called = {name for text, _ in good for name in compile_expression(text).calls} | {"now"}
    assert called | {"today"} == FUNCTIONS.keys()


def test_both_pages_have_the_same_examples():
    first, second = (rows(page) for page in PAGES)
    assert first == second
