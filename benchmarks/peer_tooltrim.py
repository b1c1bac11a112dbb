"""Runs in an environment that has ``tooltrim``."""

from __future__ import annotations

from importlib.metadata import version

from peer_program import answer


def view(payload: str, query: str | None, max_tokens: int | None) -> str:
    """As its users would call it: 512 tokens where they say nothing else, by its own count."""
    from tooltrim import ToolCompressor

    return str(ToolCompressor().compress(payload, query=query, max_tokens=max_tokens).text)


if __name__ == "__main__":
    answer(version("tooltrim"), True, view)
