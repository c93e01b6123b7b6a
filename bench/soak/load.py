"""The load over HTTP: applicants, clerks, a clock that is moved; and what they were promised."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bench.soak.installation import COUNTY, POSTS, Installation

FOOD = "11419900004177049W4410131002000"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
TIMEOUT = 30  # seconds
BUSY = (502, 503)
MOST_DAYS = 60  # that one client moves the clock: the calendar has an end
GIVE_UP = 60  # seconds in which a client repeats one request


@dataclass(frozen=True)
class Kept:
    """A request under an Idempotency-Key and the answer that was given to it."""

    login: str
    path: str
    body: bytes
    media_type: str
    status: int
    answer: bytes


@dataclass
class Promises:
    """What was acknowledged with 2xx."""

    completed: dict[int, int] = field(default_factory=dict)  # by work item, how often
    submitted: set[str] = field(default_factory=set)
    uploaded: dict[int, str] = field(default_factory=dict)  # SHA-256 by number of the material
    kept: dict[str, Kept] = field(default_factory=dict)  # by key
    refused: int = 0
    repeated: int = 0
    strange: list[str] = field(default_factory=list)  # answers that no client should get
    lock: threading.Lock = field(default_factory=threading.Lock)


class Client:
    """Somebody at work until `stop` is set. Repeats what got no answer, under the same key."""

    def __init__(self, where: Installation, promises: Promises, seed: str) -> None:
        self.where, self.promises, self.random = where, promises, Random(seed)
        self.stop, self.moved = threading.Event(), 0

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self.act()
            except _Unanswered:
                continue

    def act(self) -> None:
        roll = self.random.random()
        if roll < 0.2:
            self.apply()
        elif roll < 0.85 or self.moved > MOST_DAYS:
            self.complete_something()
        else:
            days = self.random.randint(1, 3)
            self.moved += days
            self.call("applicant", "/demo/clock", {"advance": f"P{days}D"}, keyed=False)

    # ------------------------------------------------------------ what people do

    def apply(self) -> None:
        body = {"item": FOOD, "county": COUNTY, "application": application()}
        case = self.call("applicant", "/cases", body, keyed=True)
        if case is None:
            return
        number = case["number"]
        for material in case["materials"]:
            if material["required"]:
                self.upload(number, material["code"])
        if self.call("applicant", f"/cases/{number}/submission", {}, keyed=True):
            with self.promises.lock:
                self.promises.submitted.add(number)

    def upload(self, number: str, code: str) -> None:
        mark, content = uuid.UUID(int=self.random.getrandbits(128)).hex, PDF
        content += self.random.randbytes(self.random.choice((10, 200_000)))
        part = f"--{mark}\r\nContent-Disposition: form-data; name="
        head = (
            f'{part}"material"\r\n\r\n{code}\r\n{part}"file"; filename="a.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        media_type = f"multipart/form-data; boundary={mark}"
        path = f"/cases/{number}/materials"
        found = self.call("applicant", path, body, keyed=True, media_type=media_type)
        for row in _rows(found):
            with self.promises.lock:
                self.promises.uploaded[row["id"]] = row["sha256"]

    def complete_something(self) -> None:
        login = self.random.choice(POSTS)
        rows = (self.get(login, "/tasks?limit=50") or {}).get("rows") or []
        if not rows:
            return
        task = self.get(login, f"/tasks/{self.random.choice(rows)['id']}")
        if task is None or task["status"] != "open":
            return
        prefill = (task["form"] or {"prefill": {}})["prefill"]
        body = {"version": task["version"], "data": prefill | answer(task["element"], prefill)}
        keyed = self.random.random() < 0.7
        if self.call(login, f"/tasks/{task['id']}/complete", body, keyed=keyed) is not None:
            with self.promises.lock:
                done = self.promises.completed
                done[task["id"]] = done.get(task["id"], 0) + 1

    # ------------------------------------------------------------ requests

    def get(self, login: str, path: str) -> Any:
        status, answered = self._until_answered("GET", login, path, None, {})
        return json.loads(answered) if status == 200 else None

    def call(
        self,
        login: str,
        path: str,
        body: Any,
        *,
        keyed: bool,
        media_type: str = "application/json",
    ) -> Any:
        """POST and return the JSON of a 2xx answer, None for a refusal. Raises `_Unanswered` where
        the request had no key and nobody can tell whether it was done."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": media_type}
        key = uuid.UUID(int=self.random.getrandbits(128)).hex if keyed else None
        if key:
            headers["Idempotency-Key"] = key
        status, answered = self._until_answered("POST", login, path, data, headers)
        if not 200 <= status < 300:
            with self.promises.lock:
                self.promises.refused += 1
                if status >= 500 or status in (401, 403, 404, 422):
                    self.promises.strange.append(f"{status} {path} {answered[:300]!r}")
            return None
        if key:
            with self.promises.lock:
                self.promises.kept[key] = Kept(login, path, data, media_type, status, answered)
        return json.loads(answered)

    def _until_answered(
        self, method: str, login: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        end = time.monotonic() + GIVE_UP
        while True:
            try:
                status, answered = self.send(method, login, path, data, headers)
                if status not in BUSY:
                    return status, answered
            except OSError:
                if method == "POST" and "Idempotency-Key" not in headers:
                    raise _Unanswered from None
            if time.monotonic() > end:
                raise _Unanswered
            with self.promises.lock:
                self.promises.repeated += 1
            time.sleep(0.2)

    def send(
        self, method: str, login: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        headers = headers | {"Authorization": f"Bearer {self.where.tokens[login]}"}
        url = f"{self.where.base}/api/v1{path}"
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except urllib.error.URLError as error:
            raise OSError(str(error.reason)) from None
        except Exception as error:  # cut off in the middle of an answer
            raise OSError(type(error).__name__) from None


class _Unanswered(Exception):
    """The server went away, and the request must not be repeated blindly."""


def _rows(found: Any) -> list[dict[str, Any]]:
    return [found] if isinstance(found, dict) and "sha256" in found else []


def application() -> dict[str, Any]:
    """A complete application; the person is invented."""
    return {
        "applicant": {
            "type": "person",
            "name": "张三丰",
            "id_number": "110101199003070038",
            "phone": "13812345678",
            "address": "澜川市澜东区文汇路1号",
        },
        "subject": "新开餐馆",
        "details": {
            "business_form": "catering",
            "operations": ["hot_food"],
            "premises_address": "澜川市澜东区文汇路1号",
            "floor_area": 88.5,
            "safety_manager": "李四光",
        },
        "delivery": {"method": "window"},
        "declaration": True,
    }


def answer(element: str, prefill: dict[str, Any]) -> dict[str, Any]:
    """Return what a clerk fills in at a step, where the form knows no better."""
    rows = [row | {"same": True} for row in prefill.get("comparison", ())]
    answers: dict[str, dict[str, Any]] = {
        "check": {"outcome": "complete"},
        "recheck": {"outcome": "complete"},
        "site_check": {
            "officials": ["王一", "赵二"],
            "date": prefill.get("date"),
            "place": "经营场所",
            "findings": "与图纸一致",
            "conclusion": "pass",
        },
        "review": {"opinion": "approve", "facts": "材料真实", "reasons": "符合条件"},
        "decide": {"outcome": "approve"},
        "deliver": {
            "comparison": rows,
            "recipient": {
                "name": "张三丰",
                "capacity": "applicant",
                "id_number": "110101199003070038",
            },
            "method": "in_person",
            "place": "政务服务大厅",
            "signature": "张三丰",
        },
    }
    return {name: value for name, value in answers.get(element, {}).items() if value is not None}
