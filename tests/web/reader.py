"""A browser without scripts: it reads pages, fills their forms in and sends them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.api.city import PASSWORD, PDF, City
from web.session import COOKIE


@dataclass
class Reader:
    """Somebody at a browser; `page` is what he sees, `status` how it was answered."""

    city: City
    login: str | None = None
    page: Any = None
    status: int = 0
    path: str = ""
    client: Any = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.city.app.test_client()
        if self.login:
            self.client.set_cookie(COOKIE, self.city.tokens[self.login])

    def open(self, path: str) -> Reader:
        return self._see(self.client.get(path, follow_redirects=True))

    def _see(self, response: TestResponse) -> Reader:
        self.response, self.status = response, response.status_code
        self.path = response.request.full_path.rstrip("?")
        self.page = html.fromstring(response.text) if response.mimetype == "text/html" else None
        return self

    @property
    def text(self) -> str:
        return " ".join(self.page.text_content().split())

    @property
    def main(self) -> str:
        return " ".join(self.page.get_element_by_id("main").text_content().split())

    def link(self, text: str) -> str:
        return next(a.get("href") for a in self.page.iter("a") if text in a.text_content())

    def follow(self, text: str) -> Reader:
        return self.open(self.link(text))

    def form(self, holds: str) -> Any:
        """Return the form that has a field, a button or an address with this name."""
        for form in self.page.forms:
            names = {e.get("name") for e in form.iter("input", "select", "textarea", "button")}
            if holds in names or (form.action or "").endswith(holds):
                return form
        raise AssertionError(f"no form with {holds} on {self.path}: {self.main[:500]}")

    def send(self, holds: str, files: tuple[tuple[str, bytes], ...] = (), **values: Any) -> Reader:
        """Send the form that has `holds`, as it stands but for `values` (__ is a dot)."""
        form = self.form(holds)
        data = MultiDict(form.form_values())
        for name, value in values.items():
            data.setlist(name.replace("__", "."), value if isinstance(value, list) else [value])
        if files:
            data.setlist(holds, [(io.BytesIO(content), name) for name, content in files])
        target = form.action or self.path
        return self._see(self.client.post(target, data=data, follow_redirects=True))

    # -------------------------------------------------------- what a journey is made of

    def apply(self, code: str, leave_out: tuple[str, ...] = (), **values: Any) -> str:
        """Apply with every required material but those left out; return the case's number."""
        self.open(f"/apply/{code}").send("declaration", **FILLED | values)
        assert self.path.endswith("/materials"), self.main
        number = self.path.split("/")[2]
        for form in [f.action for f in self.page.forms if "/materials/" in (f.action or "")]:
            if form.rsplit("/")[-1] not in (*leave_out, "mandate"):
                self.upload(form)
        self.open(f"/cases/{number}/submit").send("submit")
        assert self.path.endswith("/submitted"), self.main
        return number

    def upload(self, action: str, name: str = "材料.pdf", content: bytes = PDF) -> Reader:
        form = self.form(action)
        data = MultiDict(form.form_values())
        data["file"] = (io.BytesIO(content), name)
        return self._see(self.client.post(action, data=data, follow_redirects=True))

    def task(self, number: str) -> Reader:
        """Open the first of the tasks that wait for this reader in a case."""
        self.open("/work")
        row = next(r for r in self.page.iter("tr") if number in r.text_content())
        return self.open(next(a.get("href") for a in row.iter("a")))


FILLED: dict[str, Any] = {
    "applicant__type": "person",
    "applicant__name": "张三丰",
    "applicant__id_number": "110101199003070038",
    "applicant__phone": "13812345678",
    "applicant__address": "澜川市澜东区文汇路1号",
    "subject": "新开餐馆",
    "details__business_form": "catering",
    "details__operations": ["hot_food", "drinks"],
    "details__premises_address": "澜川市澜东区文汇路1号",
    "details__floor_area": "88.5",
    "details__safety_manager": "李四光",
    "delivery__method": "window",
    "declaration": "true",
}


def signed_in(city: City, login: str) -> Reader:
    """Return somebody who signed in by the form."""
    reader = Reader(city).open("/login").send("password", login=login, password=PASSWORD)
    assert reader.status == 200, reader.main
    return reader
