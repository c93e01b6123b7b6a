"""The example of the pages on decision tables, and every cell they show, in both languages."""

import json
import re

import pytest

from engine.bpmn.decision_table import AGGREGATIONS, POLICIES
from engine.bpmn.dmn import read_decisions
from engine.bpmn.unary import parse_cell
from engine.bpmn.xml import BPMN, LIANBAN
from tests.bpmn.diagrams import chain, end, findings, process, start
from tests.docs.guides import DOCS, blocks, terms

PAGES = [DOCS / "tables.md", DOCS / "tables.zh.md"]


def block(page, info):
    return next(each.text for each in blocks(page) if each.info == info)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_example_gives_what_the_page_says(page):
    decisions, told = read_decisions(block(page, "xml fees.dmn").encode(), "fees.dmn")
    assert told == []
    data, result = (json.loads(block(page, f"json {name}")) for name in ("data", "result"))
    assert decisions["fees"].outcome(data) == result


def test_the_task_of_the_page_passes_the_gate():
    task = block(PAGES[0], "xml task").replace("bpmn:", "b:").replace("lianban:", "l:")
    body = process(start(), task, end(), chain("start", "fees_of_case", "end"))
    spaces = f'xmlns:b="{BPMN}" xmlns:l="{LIANBAN}" targetNamespace="t"'
    diagram = f"<b:definitions {spaces}>{body}</b:definitions>"
    files = {"p.bpmn": diagram.encode(), "fees.dmn": block(PAGES[0], "xml fees.dmn").encode()}
    assert [each for each in findings(files) if each.level == "error"] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_cell_of_the_page_is_a_cell(page):
    text = page.read_text("utf-8").split("## ")[1]
    cells = [
        c for row in re.findall(r"^\| (`.+?`) \|", text, re.M) for c in re.findall("`(.+?)`", row)
    ]
    cells = [cell for cell in cells if cell.split()[0] not in (*POLICIES, "RULE", "OUTPUT")]
    assert len(cells) > 12
    for cell in cells:
        parse_cell(cell, ["limit"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_names_every_policy(page):
    assert {*" ".join(POLICIES).split(), *AGGREGATIONS} <= terms(page)
