"""What was sent in a conversation, so that it is sent the same again, whatever is asked later."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from headroom.context import SharedContext
from headroom.forking import lock
from headroom.view import CompressResult, Fidelity

__all__ = ["Place", "Remembered", "Sent"]

# Characters of views that a context remembers, and how many decisions: some ten thousand turns with
# a payload each. The least recent go first; the store still knows their views.
_REMEMBERED_CHARS = 16_000_000
_REMEMBERED = 50_000

#: A conversation, its reader, whether that may be told of the tool, how much a view may leave out,
#: its most tokens, and the hash of a payload.
Place = tuple[str, str, bool, Fidelity, int | None, str]


@dataclass(frozen=True)
class Sent:
    """A decision that holds for the rest of a conversation."""

    #: The view; ``None`` where the payload was kept.
    view: str | None
    reason: str
    tokens: int = 0
    sent_tokens: int = 0
    needs_tool: bool = False
    #: The key that the view names.
    key: str = ""
    #: How the view was made, so that its entry can be written again where it went.
    query: str | None = None
    fidelity: Fidelity | None = None
    max_tokens: int | None = None
    #: The view as another process stored it, where how it was made is not known here.
    result: CompressResult | None = None


class Remembered:
    """The decisions of the conversations of one context."""

    def __init__(self) -> None:
        self._lock = lock()
        self._sent: OrderedDict[Place, Sent] = OrderedDict()
        self._chars = 0

    @classmethod
    def of(cls, ctx: SharedContext) -> Remembered:
        """Those of a context: handoffs come and go, conversations go on."""
        with _lock:
            return _by_context.setdefault(ctx, cls())

    def get(self, place: Place) -> Sent | None:
        """What was sent there."""
        with self._lock:
            found = self._sent.get(place)
            if found is not None:
                self._sent.move_to_end(place)
            return found

    def note(self, place: Place, sent: Sent, *, instead: bool = False) -> Sent:
        """Notes what is sent there, unless something was: then that is it, and comes back.

        Args:
            place: Where.
            sent: What.
            instead: Whether it takes the place of what was sent before.

        """
        with self._lock:
            found = self._sent.get(place)
            if found is not None and not instead:
                return found
            self._sent[place] = sent
            self._chars += len(sent.view or "") - len((found and found.view) or "")
            while len(self._sent) > _REMEMBERED or self._chars > _REMEMBERED_CHARS:
                _, gone = self._sent.popitem(last=False)
                self._chars -= len(gone.view or "")
            return sent


_lock = lock()
_by_context: WeakKeyDictionary[SharedContext, Remembered] = WeakKeyDictionary()
