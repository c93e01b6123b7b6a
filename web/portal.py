"""For everybody: what can be applied for, how, and where an application stands (C4, P2c)."""

from __future__ import annotations

from flask import request

from api.context import now, resources
from engine.errors import NotFound, Words
from engine.queries import items, progress
from engine.transaction import reading
from web.blueprint import pages
from web.render import page


@pages.get("/")
def home() -> str:
    wanted = request.args.get("q", "")
    return page("home.html", items=items.item_list(resources(), wanted, None), q=wanted)


@pages.get("/items/<code>")
def guide(code: str) -> str:
    with reading() as session:
        item = items.item_page(session, resources(), code)
    return page("guide.html", item=item)


@pages.route("/progress", methods=["GET", "POST"])
def public_progress() -> str | tuple[str, int]:
    """Look a case up. The code is posted, so that it stays out of histories and logs."""
    number = request.values.get("number", "").strip().upper()
    if request.method == "GET":
        return page("progress.html", number=number, found=None, error=None)
    code, moment = request.form.get("code", "").strip(), now()
    if not number or not code:
        words = Words("请填写办件编号和查询码。", "Fill in the case number and the query code.")
        return page("progress.html", number=number, found=None, error=words), 422
    try:
        with reading() as session:
            found = progress.progress(session, resources(), number, code, moment)
    except NotFound as refused:
        return page("progress.html", number=number, found=None, error=refused.message), 404
    return page("progress.html", number=number, found=found, error=None)
