"""Payloads of any size, one for each kind, in which hardly anything comes twice.

>>> LARGE["log"](80) == LARGE["log"](80), LARGE["log"](80) == LARGE["log"](80, seed=8)
(True, False)

"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterator
from typing import Protocol

__all__ = ["LARGE"]

_SYLLABLES = "ba co di fu ge ha jo ki lu ma ne po qui ra se ti vo wa xe zu".split()
_STATES = ("open", "paid", "late", "sent", "lost")
_SMALL_WORDS = "the of and to in a is that for it was on with as by at from".split()


class _Maker:
    """Values that are drawn, the same each time."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._words = sorted({self._new_word() for _ in range(12_000)})
        self.number = self._random.randrange

    def _new_word(self) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=self._random.randint(1, 4)))

    def word(self) -> str:
        """Some come often and most seldom, as in a language."""
        return self._words[int(len(self._words) * self._random.random() ** 3)]

    def words(self, count: int) -> str:
        return " ".join(
            self._random.choice(_SMALL_WORDS) if self._random.random() < 0.4 else self.word()
            for _ in range(count)
        )

    def state(self) -> str:
        return self._random.choice(_STATES)

    def price(self) -> str:
        return f"{self.number(100_000) / 100:.2f}"

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def day(self) -> str:
        return f"20{self.number(10, 30)}-{self.number(1, 13):02}-{self.number(1, 29):02}"


def _user(make: _Maker, number: int) -> str:
    name = f"{make.word()} {make.word()}"
    row = {
        "id": number,
        "name": name.title(),
        "email": f"{name.replace(' ', '.')}@{make.word()}.example",
        "state": make.state(),
        "since": make.day(),
        "balance": make.number(100_000) / 100,
    }
    return json.dumps(row)


def _event(make: _Maker, number: int) -> str:
    event = {
        "id": f"evt_{make.number(10**12)}",
        "type": f"order.{make.state()}",
        "actor": {"id": make.number(10**6), "tags": [make.word() for _ in range(make.number(4))]},
        "items": [{"sku": make.word(), "count": make.number(9)} for _ in range(1 + make.number(3))],
        "note": make.words(8) if number % 3 else None,
    }
    return json.dumps(event)


def _csv(make: _Maker, number: int) -> str:
    who = f"{make.word()} {make.word()}"
    return f"{number},{who},{make.day()},{make.state()},{make.price()},{make.number(10**6)}"


def _row(make: _Maker, number: int) -> str:
    return f"| {number} | {make.word()} | {make.state()} | {make.price()} | {make.words(3)} |"


def _record(make: _Maker, number: int) -> str:
    return (
        f"- id: {number}\n  name: {make.word()} {make.word()}\n  state: {make.state()}\n"
        f"  since: {make.day()}\n  total: {make.price()}"
    )


def _sentence(make: _Maker, _number: int) -> str:
    return make.words(6 + make.number(18)).capitalize() + "."


def _paragraph(make: _Maker, number: int) -> str:
    sentences = " ".join(_sentence(make, number) for _ in range(3 + make.number(5)))
    heading = f"## {make.words(3).capitalize()}\n\n" if number % 9 == 0 else ""
    return f"{heading}{sentences}\n"


def _python(make: _Maker, number: int) -> str:
    name, one, other = make.word(), make.word(), make.word()
    return (
        f"class {name.capitalize()}{number}({one.capitalize()}):\n"
        f'    """{make.words(6).capitalize()}."""\n\n'
        f"    limit: int = {make.number(1000)}\n\n"
        f"    def {one}(self, {other}: str, size: int = {make.number(99)}) -> list[str]:\n"
        f"        # {make.words(5)}\n"
        f"        found = [each for each in self.{other}s if each != {other} and size > 3]\n"
        f"        if not found or len(found) > {make.number(500)}:\n"
        f'            raise ValueError(f"{make.words(4)} {{size}}")\n'
        f'        return self.{name}(found, key="{make.word()}", start=size + 1)\n\n\n'
        f"def {name}_{number}({one}, {other}):\n"
        f"    for index, value in enumerate({one}):\n"
        f"        {other}[index] = value * {make.number(10)} + {make.word()}(value)\n"
        f"    return {other}\n\n"
    )


def _script(make: _Maker, number: int) -> str:
    name, one, other = make.word(), make.word(), make.word()
    return (
        f"// {make.words(6)}\nexport function {name}{number}({one}, {other}) {{\n"
        f"  const found = {one}.filter((each) => each.{make.word()} !== {make.number(100)});\n"
        f'  if (!found.length) {{\n    throw new Error("{make.words(4)}");\n  }}\n'
        f"  return found.map((each) => {other}(each, {make.number(9)}));\n}}\n"
    )


def _log(make: _Maker, number: int) -> str:
    at = f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.{make.number(1000):03}"
    level = "ERROR" if number % 97 == 0 else "INFO"
    path = f"/{make.word()}/{make.number(10**6)}"
    return f"2026-03-02T{at}Z {level} [{make.word()}] GET {path} took {make.number(900)} ms"


def _match(make: _Maker, number: int) -> str:
    path = f"src/{_STATES[number // 600 % 5]}/m{number // 12}.py"
    return f"{path}:{number % 12 * 9 + 1}:    {make.word()} = {make.word()}({make.words(4)})"


def _diff(make: _Maker, number: int) -> str:
    path, line = f"src/{make.word()}{number}.py", make.number(900)
    context = [f" {make.word()} = {make.word()}({make.number(99)})" for _ in range(6)]
    changed = [f"-    {make.words(6)}", f"+    {make.words(6)}", f"+    {make.words(4)}"]
    hunk = "\n".join([*context[:3], *changed, *context[3:]])
    return (
        f"diff --git a/{path} b/{path}\nindex {make.number(16**7):07x}..{make.number(16**7):07x} "
        f"100644\n--- a/{path}\n+++ b/{path}\n@@ -{line},7 +{line},8 @@\n{hunk}"
    )


def _page(make: _Maker, number: int) -> str:
    text = " ".join(_sentence(make, number) for _ in range(4))
    return (
        f'<h2 id="s{number}">{make.words(3).capitalize()}</h2>\n<p class="body">{text}</p>\n'
        f'<ul><li><a href="/{make.word()}">{make.words(3)}</a></li><li>{make.words(4)}</li></ul>'
    )


def _element(make: _Maker, number: int) -> str:
    return (
        f'  <order id="{number}"><name>{make.word()} {make.word()}</name>'
        f"<state>{make.state()}</state><total>{make.price()}</total><on>{make.day()}</on></order>"
    )


def _encoded(make: _Maker, _number: int) -> str:
    return base64.b64encode(make.bytes(57)).decode()


def _mixed(make: _Maker, number: int) -> str:
    data = ",\n".join(f"  {_user(make, number * 10 + each)}" for each in range(10))
    logs = "\n".join(_log(make, number * 20 + each) for each in range(20))
    return f"$ make {make.word()}\n{logs}\n\n{_paragraph(make, 1)}\n```json\n[\n{data}\n]\n```\n"


class _MakesPayload(Protocol):
    def __call__(self, size: int, seed: int = 7) -> str: ...


def _of(
    unit: Callable[[_Maker, int], str], head: str = "", between: str = "\n", end: str = ""
) -> _MakesPayload:
    def units(size: int, seed: int) -> Iterator[str]:
        make = _Maker(seed)
        number = 0
        while size > 0:
            text = unit(make, number)
            size -= len(text) + len(between)
            number += 1
            yield text

    return lambda size, seed=7: head + between.join(units(size, seed)) + end


#: Makes a payload of about so many characters, by what it is; of each seed another one.
LARGE: dict[str, _MakesPayload] = {
    "json rows": _of(_user, "[", ", ", "]"),
    "json events": _of(_event, '{"events": [', ",\n", "]}"),
    "json lines": _of(_user),
    "csv": _of(_csv, "id,name,since,state,total,number\n"),
    "markdown table": _of(_row, "| id | name | state | total | note |\n|---|---|---|---|---|\n"),
    "records": _of(_record),
    "prose": _of(_paragraph),
    "prose, one line": _of(_sentence, between=" "),
    "python": _of(_python, "import os\n\n\n"),
    "javascript": _of(_script),
    "log": _of(_log),
    "search": _of(_match),
    "diff": _of(_diff),
    "html": _of(_page, "<html><head><title>A</title></head><body>\n", end="\n</body></html>"),
    "xml": _of(_element, "<?xml version='1.0'?>\n<orders>\n", end="\n</orders>"),
    "base64": _of(_encoded),
    "mixed": _of(_mixed),
}
