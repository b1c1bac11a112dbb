"""Putting originals back where the callback road left views, once the crew has finished."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from weakref import WeakKeyDictionary

from crewai.crews.crew_output import CrewOutput

from headroom import ContextEntry, SharedContext
from headroom_crewai.choice import chosen

__all__ = ["remember", "restore_outputs"]

logger = logging.getLogger("headroom.crewai")

# Views whose keys are kept in mind, for each context.
_MOST_VIEWS = 1000

_lock = threading.Lock()
_keys: WeakKeyDictionary[SharedContext, OrderedDict[str, str]] = WeakKeyDictionary()


def remember(ctx: SharedContext, entry: ContextEntry) -> None:
    """Keeps in mind under which key the original of a view is."""
    with _lock:
        keys = _keys.setdefault(ctx, OrderedDict())
        keys[_hash(entry.compressed)] = entry.key
        while len(keys) > _MOST_VIEWS:
            keys.popitem(last=False)


def restore_outputs(result: CrewOutput, *, ctx: SharedContext | None = None) -> CrewOutput:
    """Puts the originals back into what a crew hands back: ``raw``, and each task's ``raw``.

    For ``Crew(after_kickoff_callbacks=[restore_outputs])``, or by hand around a kickoff. Views
    whose original is no longer stored stay, with a warning. It never raises.

    Args:
        result: What the crew made; changed in place.
        ctx: Where the originals are; otherwise the context that ``task_callback`` works on.

    Returns:
        ``result``.

    """
    choice = chosen()
    if ctx is None and choice is not None:
        ctx = choice.handoff.ctx
    if ctx is None:
        logger.warning("restore_outputs has no context: call use_context(ctx) before the kickoff")
    elif isinstance(result, CrewOutput):
        result.raw = _original(result.raw, ctx)
        for output in result.tasks_output:
            output.raw = _original(output.raw, ctx)
    return result


def _original(text: str, ctx: SharedContext) -> str:
    try:
        if not text or not ctx.is_view(text):
            return text
        with _lock:
            keys = _keys.get(ctx)
            key = None if keys is None else keys.get(_hash(text))
        original = None if key is None else ctx.get(key, full=True)
        if original is None:
            # The view was made by another process, on the same store.
            original = _search(text, ctx)
    except Exception as error:
        logger.warning("an output stays a view: %s", type(error).__name__)
        return text
    if original is None:
        logger.warning("an output stays a view: its original is no longer stored")
        return text
    return original


def _search(view: str, ctx: SharedContext) -> str | None:
    entries = (ctx.get_entry(key) for key in ctx)
    return next(
        (entry.original for entry in entries if entry is not None and entry.compressed == view),
        None,
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
