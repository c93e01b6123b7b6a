"""What leaves after the commit: at least once to the gateway, exactly once into the inbox."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sqlalchemy as sa

from engine.commands.messages import retry_message
from engine.delivery.messages import sms_sender
from engine.delivery.outbox import (
    FIRST_PAUSE,
    LEASE,
    LONGEST,
    LONGEST_PAUSE,
    MOST_REFUSALS,
    deliver,
)
from engine.domain.actor import OPERATOR
from engine.queries.outbox import undelivered
from engine.store.outbox import message_id
from engine.store.tables import Message, Outbox
from engine.transaction import reading, writing
from tests.cases import City, Walk


@dataclass
class Gateway:
    """An SMS gateway on this machine: what it got, and how it answers next."""

    url: str = ""
    status: int = 200
    got: list[dict] = field(default_factory=list)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    state = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.got.append(json.loads(body))
            self.send_response(state.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/sms"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield state
        server.shutdown()


@pytest.fixture
def walk(city: City) -> Walk:
    """A case whose acceptance has just put out one message."""
    return city.file().accepted()


def send(city: City, gateway: Gateway) -> int:
    return deliver(city.resources, city.now, sms_sender(gateway.url))


def inbox(walk: Walk) -> list[Message]:
    return walk.rows(Message)


def test_a_message_goes_to_the_gateway_and_into_the_inbox(walk: Walk, gateway: Gateway) -> None:
    city = walk.city
    assert send(city, gateway) == 1
    (sent,), (row,) = gateway.got, walk.rows(Outbox)
    assert sent["id"] == message_id(row) and sent["phone"].startswith("1")
    assert (sent["case"], sent["event"], sent["attempt"]) == (walk.number, "message", 1)
    assert walk.number in sent["text"] and "已受理" in sent["text"]
    assert (row.delivered_at, row.next_at, row.error) == (city.now, None, None)
    (message,) = inbox(walk)
    assert (message.account_id, message.text) == (city.applicant().account_id, sent["text"])
    assert send(city, gateway) == 0 and len(gateway.got) == 1


def test_a_failure_is_repeated_with_growing_pauses_under_the_same_id(
    walk: Walk, gateway: Gateway
) -> None:
    city, gateway.status = walk.city, 503
    pauses = []
    for _ in range(12):
        assert send(city, gateway) == 0
        (row,) = walk.rows(Outbox)
        pauses.append(row.next_at - city.now)
        assert (row.delivered_at, row.error) == (None, "HTTPError")
        city.now = row.next_at - timedelta(microseconds=1)
        assert send(city, gateway) == 0  # not yet
        city.now = row.next_at
    assert pauses[:3] == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4]
    assert pauses[-1] == LONGEST_PAUSE
    gateway.status = 200
    assert send(city, gateway) == 1
    assert [each.pop("attempt") for each in gateway.got] == list(range(1, 14))
    assert len({json.dumps(each) for each in gateway.got}) == 1
    assert walk.rows(Outbox)[0].attempts == 13


def test_the_inbox_does_not_wait_for_the_gateway_and_gets_it_once(
    walk: Walk, gateway: Gateway
) -> None:
    city, gateway.status = walk.city, 500
    send(city, gateway)
    (message,) = inbox(walk)
    assert message.sent_at == city.now
    gateway.status = 200
    city.wait(hours=1)
    send(city, gateway)
    assert [each.id for each in inbox(walk)] == [message.id]


def test_a_gateway_that_is_down_holds_nobody_else_up(walk: Walk) -> None:
    city = walk.city
    other = city.file().accepted()
    closed = "http://127.0.0.1:9/sms"
    assert deliver(city.resources, city.now, sms_sender(closed)) == 0
    assert len(inbox(walk)) == len(inbox(other)) == 1


def test_without_a_gateway_the_inbox_is_enough(walk: Walk) -> None:
    assert deliver(walk.city.resources, walk.city.now) == 1
    assert len(inbox(walk)) == 1


def test_an_applicant_without_an_account_gets_an_sms_alone(city: City, gateway: Gateway) -> None:
    walk = city.file(channel="counter").accepted()
    assert send(city, gateway) == 1
    assert len(gateway.got) == 1 and inbox(walk) == []


def test_a_row_that_cannot_be_read_is_put_off_and_the_others_go_on(
    walk: Walk, gateway: Gateway
) -> None:
    city = walk.city
    other = city.file().accepted()
    (broken,) = walk.rows(Outbox)
    with writing() as session:
        session.execute(
            sa.update(Outbox).where(Outbox.id == broken.id).values(payload_sealed=b"broken")
        )
    assert send(city, gateway) == 1
    (row,) = walk.rows(Outbox)
    assert row.delivered_at is None and row.error and row.next_at > city.now
    assert len(inbox(other)) == 1


class Killed(BaseException):
    """The process dies here."""


def test_who_dies_while_handing_over_delivers_again_under_the_same_id(
    walk: Walk, gateway: Gateway
) -> None:
    city, reach = walk.city, sms_sender(gateway.url)

    def dying(message: dict) -> None:
        reach(message)
        raise Killed

    with pytest.raises(Killed):
        deliver(city.resources, city.now, dying)
    assert walk.rows(Outbox)[0].delivered_at is None
    assert send(city, gateway) == 0, "it may be another one who is at it right now"
    city.now += LEASE
    assert send(city, gateway) == 1
    first, second = gateway.got
    assert (first.pop("attempt"), second.pop("attempt")) == (1, 2) and first == second
    assert len(inbox(walk)) == 1


def test_two_who_empty_the_outbox_at_once_send_once(walk: Walk, gateway: Gateway) -> None:
    city, reach = walk.city, sms_sender(gateway.url)

    def meanwhile(message: dict) -> None:
        assert send(city, gateway) == 0
        reach(message)

    assert deliver(city.resources, city.now, meanwhile) == 1
    assert len(gateway.got) == 1


def test_messages_of_a_case_arrive_in_order(walk: Walk, gateway: Gateway) -> None:
    city, gateway.status = walk.city, 503
    send(city, gateway)
    walk.go("review", "decide")  # one more message
    other = city.file().accepted()
    send(city, gateway)
    late, next_one = walk.rows(Outbox)
    assert (late.attempts, next_one.attempts) == (1, 0) and next_one.next_at == late.next_at
    assert len(inbox(walk)) == 2 and len(inbox(other)) == 1, "the inbox waits for no gateway"
    gateway.status, gateway.got[:] = 200, []
    city.now = late.next_at
    send(city, gateway)
    mine = [each["id"] for each in gateway.got if each["case"] == walk.number]
    assert mine == [message_id(late), message_id(next_one)]


def refuse(walk: Walk, gateway: Gateway, times: int) -> Outbox:
    gateway.status = 400
    for _ in range(times):
        send(walk.city, gateway)
        row = walk.rows(Outbox)[0]
        walk.city.now = row.next_at or walk.city.now
    return row


def test_a_message_that_is_refused_is_set_aside_and_holds_up_no_other(
    walk: Walk, gateway: Gateway
) -> None:
    city = walk.city
    row = refuse(walk, gateway, MOST_REFUSALS)
    assert (row.next_at, row.delivered_at, row.error) == (None, None, "HTTP 400")
    with reading() as session:
        (told,) = undelivered(session)
    assert told["case"] == walk.number and told["set_aside"] and told["message"] == message_id(row)
    city.wait(days=1)
    assert send(city, gateway) == 0 and len(gateway.got) == MOST_REFUSALS
    gateway.status = 200
    walk.go("review", "decide")
    assert send(city, gateway) == 1
    with writing() as session:
        retry_message(session, actor=OPERATOR, outbox_id=row.id, now=city.now)
    assert send(city, gateway) == 1
    assert gateway.got[-1]["id"] == gateway.got[0]["id"]
    assert gateway.got[-1]["attempt"] == MOST_REFUSALS + 1
    with reading() as session:
        assert undelivered(session) == []


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_gateway_that_is_busy_or_down_sets_nothing_aside_for_a_week(
    walk: Walk, gateway: Gateway, status: int
) -> None:
    city, began = walk.city, walk.city.now
    gateway.status = status
    while walk.rows(Outbox)[0].next_at is not None:
        city.now = max(city.now, walk.rows(Outbox)[0].next_at)
        send(city, gateway)
    assert city.now - began > LONGEST


def test_what_is_sealed_in_the_outbox_does_not_lie_open(walk: Walk) -> None:
    with reading() as session:
        sealed = session.scalar(sa.select(Outbox.payload_sealed))
    assert walk.number.encode() not in sealed
