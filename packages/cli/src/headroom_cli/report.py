"""The report: one HTML page about what a context holds and saved."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import stat
import time
import zlib
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

from headroom import ContextEntry, HandoffStats, SharedContext, __version__, left_out_spans
from headroom_cli.figures import why

__all__ = ["report_html", "write_page", "write_report"]

#: Places of an entry that are listed.
_PLACES = 200


def report_html(ctx: SharedContext, *, payloads: bool = True) -> str:
    """A page about what a context holds and saved: no server, no network, no other file.

    What readers were really sent is known to the context that handed it on, and to no other one on
    the same store.

    Args:
        ctx: The context.
        payloads: Whether originals and views are in it. With them it is as confidential as they
            are.

    Raises:
        StoreError: The store failed.

    >>> ctx = SharedContext()
    >>> _ = ctx.put("note", "A short note.")
    >>> page = report_html(ctx)
    >>> "<!doctype html>" in page, "Content-Security-Policy" in page
    (True, True)

    """
    parts: list[str] = []
    write_page(ctx, parts.append, payloads=payloads)
    return "".join(parts)


def write_report(ctx: SharedContext, path: str | os.PathLike[str], *, payloads: bool = True) -> int:
    """Writes ``report_html`` to a file, which nobody but its owner may read if it is new.

    Args:
        ctx: The context.
        path: The file; what is there is replaced once the page is whole.
        payloads: Whether originals and views are in it.

    Returns:
        How many entries it shows.

    Raises:
        OSError: The file cannot be written.
        StoreError: The store failed.

    >>> import os, tempfile
    >>> from headroom import SharedContext
    >>> ctx = SharedContext()
    >>> _ = ctx.put("note", "A short note.")
    >>> write_report(ctx, os.path.join(tempfile.mkdtemp(), "report.html"))
    1

    """
    target = Path(path)
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        # A terminal, a pipe: nothing to replace.
        return _write(ctx, target, payloads=payloads)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.touch(mode=0o600, exist_ok=False)
        count = _write(ctx, part, payloads=payloads)
        if target.exists():
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return count


def _write(ctx: SharedContext, path: Path, *, payloads: bool) -> int:
    with path.open("w", encoding="ascii") as file:
        return write_page(ctx, file.write, payloads=payloads)


def write_page(ctx: SharedContext, write: Callable[[str], object], *, payloads: bool) -> int:
    """Writes the page part by part, in ASCII; how many entries it shows."""
    count = 0

    def counted() -> Iterator[ContextEntry]:
        nonlocal count
        for entry in _entries(ctx):
            count += 1
            yield entry

    for part in _page(ctx, counted(), payloads=payloads):
        write(part)
    return count


def _entries(ctx: SharedContext) -> Iterator[ContextEntry]:
    """All entries, the newest first; one at a time, for all of them may not fit into memory."""
    for key in reversed(ctx.keys()):
        entry = ctx.get_entry(key)
        if entry is not None:
            yield entry


def _page(ctx: SharedContext, entries: Iterator[ContextEntry], *, payloads: bool) -> Iterator[str]:
    """The page, in ASCII, piece by piece."""
    files = resources.files("headroom_cli") / "page"
    style, script = ((files / name).read_text("utf-8") for name in ("page.css", "page.js"))
    body = (files / "page.html").read_text("utf-8")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    title = html.escape(f"Headroom: {ctx.namespace}")
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_ascii(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}"
    )
    yield f'<script type="application/json" id="about">{_json(_about(ctx, payloads))}</script>\n'
    # One array over several lines, so that a page of thousands of entries is written as it is made.
    yield '<script type="application/json" id="entries">['
    for number, entry in enumerate(entries):
        yield (",\n" if number else "\n") + _json(_fields(entry, payloads=payloads))
    yield f"]</script>\n<script>{script}</script>\n</body>\n</html>\n"


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _ascii(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode()


def _json(value: object) -> str:
    """JSON that ends no script element, whatever is in it."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _about(ctx: SharedContext, payloads: bool) -> dict[str, object]:
    stats = ctx.stats()
    return {
        "version": __version__,
        "made": time.time(),
        "namespace": ctx.namespace,
        "payloads": payloads,
        "tokenizer": stats.tokenizer,
        "exact": stats.tokenizer_exact,
        "bytes": stats.total_bytes,
        "expired": stats.expired,
        "evicted": stats.evicted,
        "failures": stats.failures + stats.store_errors,
        "handoffs": _handoffs(stats.handoffs),
    }


def _handoffs(stats: HandoffStats) -> dict[str, object] | None:
    """What readers were really sent; ``None`` where nothing is known."""
    if not stats.readers:
        return None
    return {
        "saved": stats.saved,
        "not_sent": stats.not_sent,
        "tool": stats.tool_tokens,
        "retrieved": stats.retrieved,
        "readers": [
            [name, one.saved, one.views, one.kept, one.not_sent, one.tool_tokens]
            for name, one in sorted(stats.readers.items())
        ],
    }


def _fields(entry: ContextEntry, *, payloads: bool) -> dict[str, object]:
    fields: dict[str, object] = {
        "key": entry.key,
        "kind": entry.kind,
        "agent": entry.agent,
        "tokens": entry.original_tokens,
        "view": entry.compressed_tokens,
        "time": entry.timestamp,
        "complete": entry.complete,
        "kept": not entry.transforms,
        "why": why(entry.kind, entry.transforms, entry.omissions, entry.failure),
        "places": [one.where for one in entry.omissions[:_PLACES]],
        "more": max(0, len(entry.omissions) - _PLACES),
    }
    if payloads:
        fields["texts"] = _packed(entry)
    return fields


def _packed(entry: ContextEntry) -> str:
    """An original in parts, each with whether the view leaves it out, and the view; compressed."""
    found = left_out_spans(entry.original, entry.omissions, kind=entry.kind)
    parts: list[tuple[str, int]] = []
    position = 0
    for span in found.spans:
        if position < span.start:
            parts.append((entry.original[position : span.start], 0))
        parts.append((entry.original[span.start : span.end], 2 if span.in_part else 1))
        position = span.end
    if position < len(entry.original):
        parts.append((entry.original[position:], 0))
    value = {
        "original": parts,
        "view": entry.compressed,
        "unplaced": [one.where for one in found.unplaced[:_PLACES]],
    }
    data = json.dumps(value, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(data, 6)).decode()
