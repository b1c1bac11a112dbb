"""Headroom itself, run in the way in which the others are run."""

from __future__ import annotations

from peer_program import answer

from headroom import __version__, compress


def view(payload: str, query: str | None, max_tokens: int | None) -> str:
    """By default options."""
    return compress(payload, query=query, max_tokens=max_tokens).text


if __name__ == "__main__":
    answer(__version__, True, view)
