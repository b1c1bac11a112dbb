"""Views that carry their original along, so that it comes back whatever becomes of the store."""

from __future__ import annotations

__all__ = ["HeldView"]


class HeldView(str):
    """The text of a view, and the original for as long as the text itself lives.

    A string, since that is what an output's ``raw`` is. Copies and pickles of it hold the original
    as well; what writes it as JSON, or validates it anew, leaves the text alone.
    """

    original: str

    @classmethod
    def of(cls, view: str, original: str) -> HeldView:
        """A view of an original."""
        held = cls(view)
        held.original = original
        return held
