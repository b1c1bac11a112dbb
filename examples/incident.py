"""One job for every framework: an incident in a shop, its payloads, and models that are scripts.

Three agents work on it. An investigator reads the log of the checkout and asks the orders API; an
engineer reads the module that raised the error; a writer reports. What each finds goes to the next,
whole: that is what the job measures. ``incident_crewai.py``, ``incident_langgraph.py`` and
``incident_openai_agents.py`` run it with and without Headroom::

    python examples/incident_langgraph.py

Without a key the models are ``Mind``: a script that calls the tools of its role, looks up what it
cannot see if it has the means to, and writes the report from nothing but the text it was sent.
"""

from __future__ import annotations

import http.client
import io
import json
import logging
import random
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

INCIDENT = (
    "Since this morning some card payments fail at checkout, and a customer was charged twice. "
    "Which payments failed, with which error, on which gateway, and since which change? What does "
    "the code do before it raises the error? Who was charged twice?"
)


@dataclass(frozen=True)
class Role:
    """An agent of the job: who it is, what it is asked, and the names of its tools."""

    name: str
    goal: str
    task: str
    tools: tuple[str, ...] = ()


INVESTIGATOR = Role(
    "investigator",
    "Finds out what happened from logs and API answers.",
    "Collect the evidence: the log of the checkout service, and the orders of today. Which "
    "payments failed, with which error, on which gateway? Was an order charged twice?",
    ("read_log", "list_orders"),
)
ENGINEER = Role(
    "engineer",
    "Finds the cause in the code.",
    "Payments fail with RemoteDisconnected, raised in _read_status. Read the source of the client: "
    "what does _read_status do before it raises? What changed before the first error?",
    ("read_source",),
)
WRITER = Role(
    "writer",
    "Writes reports that hold the facts.",
    "Write the incident report: the first payment that failed with RemoteDisconnected, the gateway,"
    " the configuration change before it, what _read_status does before it raises the error, and"
    " the order that was charged_twice with its customer.",
)
ROLES = (INVESTIGATOR, ENGINEER, WRITER)


@dataclass(frozen=True)
class Fact:
    """Something that the report must hold: it is known where all of ``words`` stand."""

    question: str
    words: tuple[str, ...]


FACTS = (
    Fact("Which error ended the payments?", ("RemoteDisconnected",)),
    Fact("Which payment failed first?", ("pay_7c31e09a",)),
    Fact("Which gateway did the failed payments use?", ("gateway-3.pay.internal",)),
    Fact("Which configuration change came before?", ("keepalive_timeout", "rollout 4417")),
    Fact(
        "Which read in _read_status came back empty?",
        ("_read_status", "str(self.fp.readline(_MAXLINE + 1)"),
    ),
    Fact("Which order was charged_twice?", ("ORD-20431",)),
    Fact("Which customer was charged_twice?", ("cus_b1946ac9",)),
)


TRACEBACK = """Traceback (most recent call last):
  File "/srv/checkout/payments.py", line 88, in send
    response = connection.getresponse()
  File "/usr/lib/python3.12/http/client.py", line 1428, in getresponse
    response.begin()
  File "/usr/lib/python3.12/http/client.py", line 331, in begin
    version, status, reason = self._read_status()
  File "/usr/lib/python3.12/http/client.py", line 300, in _read_status
    raise RemoteDisconnected("Remote end closed connection without"
http.client.RemoteDisconnected: Remote end closed connection without response"""


def read_log() -> str:
    """The log of the checkout service this morning."""
    stream = io.StringIO()
    log = logging.Logger("checkout")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(stamp)s %(levelname)s [%(name)s] %(message)s"))
    log.addHandler(handler)
    chance = random.Random(20)
    gateways = [f"gateway-{number}.pay.internal" for number in (1, 2, 3)]
    failing = 0
    for number in range(1600):
        time = datetime(2026, 11, 2, 8) + timedelta(seconds=number * 2.4 + chance.random())
        stamp = {"stamp": time.isoformat(timespec="milliseconds")}
        gateway = chance.choice(gateways)
        payment = f"pay_{chance.getrandbits(32):08x}"
        if number == 911:
            log.warning("reloaded settings: keepalive_timeout 75 -> 5 (rollout 4417)", extra=stamp)
        elif number > 930 and gateway == gateways[2] and chance.random() < 0.04:
            payment = payment if failing else "pay_7c31e09a"
            failing += 1
            log.error("payment %s failed at %s\n%s", payment, gateway, TRACEBACK, extra=stamp)
        elif number % 4 == 0:
            amount = chance.randrange(500, 20_000) / 100
            log.info("payment %s of %.2f EUR sent to %s", payment, amount, gateway, extra=stamp)
        elif number % 4 == 1:
            took = chance.randrange(40, 400)
            log.info("payment %s accepted by %s in %d ms", payment, gateway, took, extra=stamp)
        elif number % 4 == 2:
            user, items = chance.randrange(1000, 9999), chance.randrange(1, 9)
            log.info("cart of user %d priced, %d items", user, items, extra=stamp)
        else:
            log.info("health check ok, %d sessions", chance.randrange(20, 90), extra=stamp)
    return stream.getvalue()


def list_orders() -> str:
    """What the orders API answers for today."""
    chance = random.Random(30)
    orders = [
        {
            "id": f"ORD-{20_100 + number}",
            "created": f"2026-11-02T{8 + number // 240:02}:{number // 4 % 60:02}:00Z",
            "customer": {
                "id": f"cus_{chance.getrandbits(32):08x}",
                "country": chance.choice(["DE", "FR", "US"]),
            },
            "items": chance.randrange(1, 9),
            "total": {"value": chance.randrange(500, 20_000) / 100, "currency": "EUR"},
            "payment": {"method": "card", "status": "captured"},
        }
        for number in range(420)
    ]
    orders[331] |= {
        "customer": {"id": "cus_b1946ac9", "country": "FR"},
        "payment": {"method": "card", "status": "charged_twice"},
    }
    return json.dumps({"object": "list", "has_more": False, "data": orders}, indent=2)


def read_source() -> str:
    """The source of the HTTP client that the checkout uses: a module of the standard library."""
    return Path(http.client.__file__).read_text(encoding="utf-8")


TOOLS: dict[str, Callable[[], str]] = {
    "read_log": read_log,
    "list_orders": list_orders,
    "read_source": read_source,
}


@dataclass(frozen=True)
class Call:
    """What a model does next: it calls a tool."""

    tool: str
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Say:
    """What a model does next: it answers."""

    text: str


@dataclass(frozen=True)
class Outcome:
    """What a run of the job came to."""

    report: str
    #: Tokens of everything that models were sent, over all their calls.
    tokens_sent: int
    #: Calls of models.
    calls: int
    #: Of ``FACTS``, those that the report holds.
    facts_kept: int
    #: ``str(ctx.stats())``; empty in a run without Headroom.
    summary: str = ""

    def __str__(self) -> str:
        return (
            f"{self.tokens_sent:,} tokens sent in {self.calls} calls, "
            f"{self.facts_kept} of {len(FACTS)} facts in the report"
        )


# How a view says where the rest is: [what is left out: headroom_retrieve(key="...", query="...")]
_WAY_BACK = re.compile(r'headroom_retrieve\(key=\\*"([^"\\]{1,200})\\*"')


@dataclass
class Mind:
    """Stands in for the models of one run: does what its role asks, from what it was sent alone.

    Args:
        count_tokens: Counts the tokens of what is sent, such as ``ctx.count_tokens``.
        looks_up: Whether it looks up what it cannot see.

    """

    count_tokens: Callable[[str], int]
    looks_up: bool = True
    tokens_sent: int = 0
    calls: int = 0
    #: What each role has read; it has a memory no longer than its conversation.
    _asked: set[tuple[str, ...]] = field(default_factory=set)

    def step(self, role: Role, sent: str, tools: Collection[str] = ()) -> Call | Say:
        """The next step of a model.

        Args:
            role: The agent whose model it is.
            sent: All text of the messages that the model is sent.
            tools: The names of the tools that it is offered.

        """
        self.tokens_sent += self.count_tokens(sent)
        self.calls += 1
        for tool in role.tools:
            if tool in tools and self._first_time(role.name, tool):
                return Call(tool)
        if role.name != WRITER.name:
            return Say(f"The evidence of the {role.name} is complete.")
        if self.looks_up and "headroom_retrieve" in tools:
            keys = list(dict.fromkeys(_WAY_BACK.findall(sent)))
            for fact in FACTS:
                for key in keys:
                    if not _holds(sent, fact) and self._first_time(role.name, key, fact.question):
                        query = f"{fact.question} {' '.join(fact.words[1:])}".strip()
                        return Call("headroom_retrieve", {"key": key, "query": query})
        return Say(_report(sent))

    def outcome(self, report: str, summary: str = "") -> Outcome:
        """What the run came to, for a report that its writer handed back."""
        kept = sum(_holds(report, fact) for fact in FACTS)
        return Outcome(report, self.tokens_sent, self.calls, kept, summary)

    def _first_time(self, *what: str) -> bool:
        if what in self._asked:
            return False
        self._asked.add(what)
        return True


def _holds(text: str, fact: Fact) -> bool:
    return all(word in text for word in fact.words)


def _report(sent: str) -> str:
    lines = [
        f"- {fact.question} {', '.join(fact.words) if _holds(sent, fact) else 'Not known.'}"
        for fact in FACTS
    ]
    return "\n".join(["Incident report", *lines])
