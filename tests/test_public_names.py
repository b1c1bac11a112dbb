"""The public face of the core: what changes here changes what users wrote."""

from __future__ import annotations

import dataclasses
import inspect
import typing

import headroom
import headroom.forking
import headroom.steps
import headroom.toolkit
from headroom import (
    CompressResult,
    ContextEntry,
    ContextStats,
    Excerpt,
    Omission,
    Piece,
    SearchHit,
    SharedContext,
)

NAMES = """
    __version__ AsyncLeasingStore AsyncStore BaseKind Codec compress CompressResult ContextEntry
    ContextStats Deadline Decision decode Excerpt Fidelity get_counter Handoff HandoffOptions
    HandoffStats Header HeadroomError IntegrityError KeyEvicted KeyExpired KeyNotFound Kind Lease
    LeasingStore left_out_spans LeftOutSpans Limits MARKER MemoryStore Missing new_encryption_key
    Omission open_store Payload PayloadTooLarge Piece Pipeline Prices Reader ReaderStats Record
    Request RetrievalTool Savings SearchHit SharedContext Source Span SQLiteStore Store StoreError
    StoreTimeout TimeBudgetExceeded TokenCounter UnsupportedPayload Usage VersionConflict View
    ViewOptions WaitTimeout Watchers WHOLE_PROSE_TOKENS WrongKind
"""

#: For those who write a kind.
TOOLKIT = """
    MARKER SMALLEST BaseKind Condensed Kind LeftOut Symbols bm25 excerpt far_out largest_fitting
    line_pieces
    marker nearly_largest nothing_fits plural query_terms rare_values spans take_turns terms
    unnumbered view_of_lines
"""

SIGNATURES = {
    SharedContext: "model ttl max_entries * max_bytes max_payload_bytes store namespace fidelity"
    " pipeline counter on_error store_timeout workers",
    SharedContext.put: "self key data * agent query max_tokens fidelity ttl kind tool"
    " expected_version",
    SharedContext.get: "self key * full query max_tokens fidelity tool",
    SharedContext.get_entry: "self key",
    SharedContext.require: "self key",
    SharedContext.retrieve: "self key * query place rows lines sentences path where pattern"
    " within max_tokens",
    SharedContext.search: "self query * agent limit",
    SharedContext.manifest: "self * max_tokens",
    SharedContext.wait_for: "self key timeout * after",
    SharedContext.explain: "self payload * source query max_tokens fidelity reader",
    SharedContext.aexplain: "self payload * source query max_tokens fidelity reader",
    SharedContext.delete: "self key",
    SharedContext.lease: "self holder * seconds",
    headroom.Lease.hold: "self references",
    headroom.Lease.active: "self",
    headroom.Lease.renew: "self",
    headroom.Lease.release: "self",
    SharedContext.keys: "self",
    SharedContext.clear: "self",
    SharedContext.stats: "self * prices",
    SharedContext.close: "self",
    SharedContext.is_view: "self text",
    SharedContext.original_of: "self view",
    SharedContext.count_tokens: "self text",
    headroom.compress: "content * query max_tokens fidelity model kind counter",
    headroom.decode: "view * kind parse_float parse_int",
    headroom.get_counter: "model",
    headroom.left_out_spans: "original omissions * kind kinds",
    headroom.open_store: "url",
    headroom.SQLiteStore: "path * durability timeout codec clock",
    headroom.Codec: "* compression keys",
    headroom.Watchers: "",
    headroom.Watchers.add: "self namespace key wake",
    headroom.Watchers.notify: "self namespace key",
    headroom.Handoff: "ctx query max_tokens fidelity min_tokens exclude full_for on_handoff savings"
    " on_compress tool",
    headroom.Handoff.is_large: "self payload",
    headroom.Handoff.view: "self payload * source agent query",
    headroom.Handoff.answer_sent_again: "self tokens",
    headroom.Handoff.sent_again: "self decision",
    headroom.Handoff.tool_sent: "self reader tokens",
    headroom.Handoff.explain: "self payload * source query reader",
    headroom.Handoff.aexplain: "self payload * source query reader",
    headroom.Handoff.aview: "self payload * source agent query",
    headroom.RetrievalTool: "ctx max_tokens",
    headroom.forking.lock: "* waits",
    headroom.forking.on_fork: "child before",
    headroom.steps.Work: "function is_long",
    headroom.steps.run: "steps target",
    headroom.steps.run_async: "steps target * executor",
    headroom.steps.run_between: "steps target * waits executor",
    headroom.steps.work: "function * is_long",
    headroom.BaseKind.recognise: "self source",
    headroom.BaseKind.compress: "self source request",
    headroom.BaseKind.may_be: "self source",
    headroom.BaseKind.may_stand_in: "self source",
    headroom.BaseKind.span: "self source line",
    headroom.BaseKind.pieces: "self source",
    headroom.BaseKind.arrange: "self source query order pieces left_out",
    headroom.BaseKind.condense: "self source",
    headroom.BaseKind.data: "self source",
    headroom.BaseKind.leaves: "self source",
    headroom.BaseKind.symbols: "self source",
    headroom.BaseKind.texts: "self source",
    headroom.BaseKind.without: "self source paths",
    headroom.BaseKind.decode: "self view options",
    headroom.BaseKind.gist: "self view",
    headroom.Source: "text deadline",
    headroom.Source.once: "self read",
    headroom.Source.part: "self first end",
    headroom.Deadline: "seconds clock",
    headroom.toolkit.bm25: "units query deadline",
    headroom.toolkit.Condensed: "source omissions long",
    headroom.toolkit.excerpt: "source request",
    headroom.toolkit.far_out: "numbers ordered",
    headroom.toolkit.largest_fitting: "order costs render request limit",
    headroom.toolkit.line_pieces: "source",
    headroom.toolkit.marker: "where note",
    headroom.toolkit.nearly_largest: "estimates count limit",
    headroom.toolkit.nothing_fits: "source request",
    headroom.toolkit.plural: "count noun",
    headroom.toolkit.query_terms: "query",
    headroom.toolkit.rare_values: "cells",
    headroom.toolkit.spans: "numbers",
    headroom.toolkit.take_turns: "order sort_of",
    headroom.toolkit.terms: "text",
    headroom.toolkit.unnumbered: "content * gaps",
    headroom.toolkit.view_of_lines: "lines kept note * first_line",
}

FIELDS = {
    ContextEntry: "key original compressed original_tokens compressed_tokens agent timestamp"
    " transforms reference kind lossless omissions failure version",
    ContextStats: "entries total_original_tokens total_compressed_tokens total_tokens_saved"
    " savings_percent total_bytes expired evicted failures store_errors tokenizer tokenizer_exact"
    " leased over_limits store_timeouts handoffs unread prices",
    CompressResult: "text tokens_before tokens_after transforms kind lossless omissions failure",
    Excerpt: "text tokens key reference kind where truncated next",
    SearchHit: "key reference kind agent tokens where line score",
    Omission: "unit ranges path within chars in_part",
    headroom.Span: "start end in_part",
    headroom.LeftOutSpans: "spans unplaced",
    Piece: "text unit number path within group is_inseparable chars heads",
}


OPTIONS = {
    headroom.ViewOptions: "query max_tokens fidelity",
    headroom.HandoffOptions: "query max_tokens fidelity min_tokens exclude full_for on_handoff"
    " savings on_compress",
}


def parameters(function: object) -> str:
    found: list[str] = []
    for parameter in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in found:
            found.append("*")
        found.append(parameter.name)
    return " ".join(found)


def test_names() -> None:
    assert sorted(headroom.__all__) == sorted(NAMES.split())
    for public in headroom.__all__:
        assert getattr(headroom, public) is not None


def test_names_for_those_who_write_a_store() -> None:
    assert sorted(headroom.steps.__all__) == [
        "Steps", "Work", "run", "run_async", "run_between", "work",
    ]  # fmt: skip
    assert sorted(headroom.forking.__all__) == [
        "cached_property", "lock", "on_fork", "undisturbed",
    ]  # fmt: skip


def test_names_for_those_who_write_a_kind() -> None:
    assert sorted(headroom.toolkit.__all__) == sorted(TOOLKIT.split())
    for public in headroom.toolkit.__all__:
        thing = getattr(headroom.toolkit, public)
        if inspect.isfunction(thing):
            assert ">>> " in (inspect.getdoc(thing) or ""), f"{public} shows no example"


def test_signatures() -> None:
    assert {f: parameters(f) for f in SIGNATURES} == SIGNATURES


def test_fields() -> None:
    names = {c: " ".join(field.name for field in dataclasses.fields(c)) for c in FIELDS}
    assert names == FIELDS


def test_options() -> None:
    # As frameworks read them: with the types that their names stand for.
    names = {one: " ".join(typing.get_type_hints(one)) for one in OPTIONS}
    assert names == OPTIONS


def test_handoff_takes_its_options_and_a_tool() -> None:
    taken = set(inspect.signature(headroom.Handoff).parameters)
    assert taken - {"ctx", "tool"} == set(typing.get_type_hints(headroom.HandoffOptions))
    for verb in (SharedContext.put, SharedContext.aput, SharedContext.get, SharedContext.aget):
        assert set(typing.get_type_hints(headroom.ViewOptions)) < set(
            inspect.signature(verb).parameters
        )


def test_everything_public_is_explained() -> None:
    for public in {*headroom.__all__, *headroom.toolkit.__all__}:
        thing = getattr(headroom, public, None) or getattr(headroom.toolkit, public)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), f"{public} has no docstring"
            for member, value in inspect.getmembers(thing, inspect.isfunction):
                if not member.startswith("_") and value.__module__.startswith("headroom"):
                    assert inspect.getdoc(getattr(thing, member)), f"{public}.{member}"
