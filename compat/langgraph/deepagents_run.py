"""What an agent of deepagents costs that looks four things up, without Headroom and with it.

Needs deepagents and headroom-langgraph[langchain]. The model is a script that knows nothing but
what it was sent: what is not there it looks up as it is told to, in a file or by our tool.

    python compat/langgraph/deepagents_run.py
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import json
import pydoc_data.topics
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from deepagents import create_deep_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import StructuredTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from headroom import SharedContext
from headroom_langgraph import HeadroomMiddleware

#: Tools of deepagents that show files, page by page: their pages are to stay as they are.
FILES = ("ls", "glob", "grep", "read_file")


def digest(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:8]


def orders(count: int) -> str:
    return "\n".join(
        json.dumps(
            {
                "order": number,
                "customer": digest(number),
                "city": ["Oslo", "Rome", "Bonn", "Lyon"][number % 4],
                "status": "refused" if number == 121 else "paid",
                "note": f"{number * 13 % 997} left at {digest(number + 1)}",
            }
        )
        for number in range(count)
    )


@dataclass(frozen=True)
class Source:
    """A tool, what it answers, and what is wanted of it: a text, and a word to find that by."""

    name: str
    answer: str
    fact: str
    word: str


DOCUMENTS = "\n\n".join(text for _, text in sorted(pydoc_data.topics.topics.items()))
#: Three answers that deepagents puts into files, and one that it does not.
SOURCES = (
    Source("read_manual", DOCUMENTS[:150_000], '"__rand__()" special methods', "__and__"),
    Source("read_orders", orders(1800), '"refused"', "refused"),
    Source("read_code", inspect.getsource(argparse), "_negative_number_matcher = ", "_matcher = "),
    Source("read_invoices", orders(450), '"refused"', "refused"),
)
QUESTION = (
    "Which special methods does & call, which order was refused, how does argparse match negative "
    "numbers, and which invoice was refused?"
)


class Script(BaseChatModel):
    """Calls the tools in turn, looks up what it was not shown, and counts what it was sent."""

    sources: tuple[Source, ...]
    count: Callable[[str], int]
    sent: list[tuple[int, int]] = Field(default_factory=list)
    offered: list[Any] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "script"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Script:
        return self.model_copy(update={"offered": list(tools)})

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        said = "\n".join([*(str(one.content) for one in messages), *map(_calls, messages)])
        schemas = (json.dumps(convert_to_openai_tool(tool)) for tool in self.offered)
        self.sent.append((self.count(said), sum(map(self.count, schemas))))
        assert len(self.sent) < 20, "it does not come to an end"
        number = len(self.sent)
        call = next((one for source in self.sources if (one := _next(source, messages))), None)
        if call is None:
            return _said(AIMessage("That is all."))
        name, arguments = call
        return _said(
            AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call_{number}"}])
        )


def _said(message: AIMessage) -> ChatResult:
    return ChatResult(generations=[ChatGeneration(message=message)])


def _calls(message: BaseMessage) -> str:
    calls = getattr(message, "tool_calls", None)
    return json.dumps(calls) if calls else ""


def _next(source: Source, messages: list[BaseMessage]) -> tuple[str, dict[str, str]] | None:
    """What is to be called for a source; ``None`` where the model knows the fact."""
    answers = [one for one in messages if isinstance(one, ToolMessage)]
    own = [n for n, one in enumerate(answers) if one.name == source.name]
    if not own:
        return source.name, {}
    shown = [str(one.content) for one in answers[own[0] : own[0] + 2]]
    if any(source.fact in text for text in shown):
        return None
    assert len(shown) == 1, f"{source.word} was looked up in vain"
    if path := re.search(r"/large_tool_results/\S+", shown[0]):
        return "grep", {"pattern": source.word, "path": path[0], "output_mode": "content"}
    key = re.search(r'headroom_retrieve\(key="([^"]+)"', shown[0])
    assert key, shown[0][:500]
    return "headroom_retrieve", {"key": key[1], "query": source.word}


@dataclass(frozen=True)
class Cost:
    """Tokens that a run sent: of messages, and of the schemas of tools."""

    calls: int
    messages: int
    tools: int
    answer: str = field(compare=False)

    @property
    def tokens(self) -> int:
        return self.messages + self.tools


def cost(sources: tuple[Source, ...] = SOURCES, **options: Any) -> Cost:
    """What a run costs: with ``HeadroomMiddleware`` and these options, or none of it."""
    ctx = SharedContext()
    model = Script(sources=sources, count=ctx.count_tokens, sent=[], offered=[])
    tools = [
        StructuredTool.from_function(
            lambda answer=one.answer: answer,
            name=one.name,
            description=f"For {one.name}.",
            args_schema={"type": "object", "properties": {}},
        )
        for one in sources
    ]
    middleware = [HeadroomMiddleware(ctx, **options)] if options else []
    agent: Any = create_deep_agent(model, tools, middleware=middleware)
    result = agent.invoke({"messages": [HumanMessage(QUESTION)]})
    messages, schemas = zip(*model.sent)
    return Cost(len(messages), sum(messages), sum(schemas), result["messages"][-1].text)


RUNS: dict[str, dict[str, Any]] = {
    "deepagents alone": {},
    "with `HeadroomMiddleware(ctx, exclude=FILES)`": {"exclude": FILES},
    "and `max_tokens=1000`": {"exclude": FILES, "max_tokens": 1000},
}


def main() -> None:
    for title, sources in (("over its limit", SOURCES[:3]), ("one below as well", SOURCES)):
        print(f"| answers {title} | calls | messages | tools | all |\n|---|--:|--:|--:|--:|")
        for name, options in RUNS.items():
            one = cost(sources, **options)
            print(f"| {name} | {one.calls} | {one.messages:,} | {one.tools:,} | {one.tokens:,} |")


if __name__ == "__main__":
    main()
