"""``headroom get``, ``retrieve``, ``ls`` and ``stats``: what a store holds."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Optional

import typer

from headroom import ContextEntry, SharedContext
from headroom_cli.failures import NOT_THERE, Failure, told
from headroom_cli.figures import age, as_json, entry_fields
from headroom_cli.files import name_of, read_text
from headroom_cli.stores import opened, statistics
from headroom_cli.tables import print_table
from headroom_cli.terminal import emit, is_terminal, note, plain, working
from headroom_cli.viewing import (
    MaxTokensOption,
    ModelOption,
    NamespaceOption,
    QueryOption,
    StoreOption,
)

__all__ = ["get", "ls", "retrieve", "stats"]

_AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
_Text = Optional[str]
_PLAIN_NAME = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\"\\]+(?: [^\s\x00-\x1f\x7f-\x9f\"\\]+)*")


def get(
    key: Annotated[str, typer.Argument(help="The key of the entry.")],
    full: Annotated[bool, typer.Option("--full", help="The original, byte for byte.")] = False,
    query: QueryOption = None,
    max_tokens: MaxTokensOption = None,
    as_json_: _AsJson = False,
    store: StoreOption = None,
    namespace: NamespaceOption = "default",
    model: ModelOption = "gpt-4o",
) -> None:
    """The view under KEY, or with --full the original.

    \b
    headroom get orders --store sqlite:///context.db
    headroom get orders --full > orders.json
    """
    with opened(store, namespace, model) as ctx:
        entry = ctx.require(key)
        text = ctx.get(key, full=full, query=query, max_tokens=max_tokens)
    if text is None:
        raise Failure(f"{key!r} went just now", NOT_THERE)
    emit(as_json({**entry_fields(entry), "text": text}) + "\n" if as_json_ else text)


def retrieve(
    source: Annotated[
        str, typer.Argument(metavar="KEY|FILE", help="A key; without a store, a file or -.")
    ],
    place: Annotated[
        _Text, typer.Argument(help='What a marker names, as "rows 3-111" or "lines 7-90".')
    ] = None,
    query: QueryOption = None,
    where: Annotated[
        _Text, typer.Option("--where", "-w", help="Rows by condition: \"status = 'failed'\".")
    ] = None,
    pattern: Annotated[_Text, typer.Option("--pattern", "-p", help="A regular expression.")] = None,
    path: Annotated[_Text, typer.Option("--path", help="Where in data, as /orders/3.")] = None,
    within: Annotated[
        _Text, typer.Option("--within", help="In which part, as 12-80 or /result/text.")
    ] = None,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", "-t", min=1, help="The most tokens of the excerpt.")
    ] = 800,
    as_json_: _AsJson = False,
    store: StoreOption = None,
    namespace: NamespaceOption = "default",
    model: ModelOption = "gpt-4o",
) -> None:
    """An excerpt of an original: by what it is about, or by the place that a marker names.

    \b
    headroom retrieve server.log "lines 120-180"
    headroom retrieve orders.json --where "status = 'failed' and total > 500"
    headroom retrieve orders --query refunds --store sqlite:///context.db
    """
    asked: dict[str, Any] = {
        "query": query, "place": place, "where": where, "pattern": pattern, "path": path,
        "within": within, "max_tokens": max_tokens,
    }  # fmt: skip
    if store is None:
        text = read_text(source)
        with working(f"reading {name_of(source)}"), told(), SharedContext(model) as ctx:
            ctx.put(name_of(source), text)
            excerpt = ctx.retrieve(name_of(source), **asked)
    else:
        with opened(store, namespace, model) as ctx:
            excerpt = ctx.retrieve(source, **asked)
    if as_json_:
        fields = ("text", "tokens", "key", "kind", "where", "truncated", "next", "reference")
        emit(as_json({name: getattr(excerpt, name) for name in fields}) + "\n")
    else:
        emit(excerpt.text)
    if excerpt.truncated:
        note(f"more was found; to read on: {excerpt.next or 'raise --max-tokens'}", "dim")
    if not excerpt.where:
        note("nothing is found", "dim")
        raise typer.Exit(NOT_THERE)


def ls(
    agent: Annotated[_Text, typer.Option("--agent", "-a", help="Of one agent.")] = None,
    kind: Annotated[_Text, typer.Option("--kind", "-k", help="Of one kind.")] = None,
    limit: Annotated[
        Optional[int], typer.Option("--limit", "-l", min=1, help="The newest only.")
    ] = None,
    as_json_: _AsJson = False,
    store: StoreOption = None,
    namespace: NamespaceOption = "default",
) -> None:
    """What a store holds, the newest first; in a pipe a line for each, with tabs.

    \b
    headroom ls --store sqlite:///context.db
    headroom ls --json | jq -r 'select(.kind == "log") | .key'
    """
    with opened(store, namespace) as ctx:
        entries = [
            entry
            for key in reversed(ctx.keys())
            if (entry := ctx.get_entry(key)) is not None
            and (agent is None or entry.agent == agent)
            and (kind is None or entry.kind == kind)
        ][:limit]
    if as_json_:
        emit("".join(as_json(entry_fields(entry)) + "\n" for entry in entries))
    elif is_terminal():
        cells = [_cells(entry, exact=False) for entry in entries]
        print_table(("key", "kind", "agent"), ("tokens", "view", "saved %", "put"), cells)
    else:
        emit("".join("\t".join(_cells(entry, exact=True)) + "\n" for entry in entries))
    if not entries:
        note(
            "nothing is stored here" if agent is kind is None else "nothing here is of that", "dim"
        )


def _cells(entry: ContextEntry, *, exact: bool) -> list[str]:
    tokens = (entry.original_tokens, entry.compressed_tokens)
    return [
        _named(entry.key),
        entry.kind,
        _named(entry.agent or "-"),
        *(str(count) if exact else f"{count:,}" for count in tokens),
        f"{entry.savings_percent}",
        f"{entry.timestamp:.3f}" if exact else f"{age(entry.timestamp)} ago",
    ]


def _named(name: str) -> str:
    """A name in a line: where it could be taken for more than one word of it, as JSON has it."""
    return name if _PLAIN_NAME.fullmatch(name) and plain(name) == name else as_text(name)


def as_text(name: str) -> str:
    """A name as JSON has it, in ASCII."""
    return json.dumps(name)


def stats(
    as_json_: _AsJson = False,
    store: StoreOption = None,
    namespace: NamespaceOption = "default",
) -> None:
    """What a store holds and saves, in sums.

    What readers were really sent is known to the process that sent it: ``SharedContext.stats()``.
    """
    with opened(store, namespace) as ctx:
        found = statistics(ctx)
    fields = {
        "entries": found.entries,
        "original_tokens": found.total_original_tokens,
        "view_tokens": found.total_compressed_tokens,
        "saved_tokens": found.total_tokens_saved,
        "savings_percent": found.savings_percent,
        "bytes": found.total_bytes,
        "expired": found.expired,
        "evicted": found.evicted,
        "leased": found.leased,
    }
    if as_json_:
        emit(as_json(fields) + "\n")
        return
    width = max(map(len, fields))
    for name, value in fields.items():
        emit(f"{name.replace('_', ' '):<{width}}  {value:,}\n")
