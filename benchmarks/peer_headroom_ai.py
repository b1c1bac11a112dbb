"""Runs in an environment that has ``headroom-ai``."""

from __future__ import annotations

from importlib.metadata import version

from peer_program import answer


def view(payload: str, query: str | None, _max_tokens: int | None) -> str:
    """As its users would call it: one tool message, with its default options."""
    from headroom.compress import compress

    messages = [{"role": "user", "content": query}] if query else []
    messages.append({"role": "tool", "tool_call_id": "call", "content": payload})
    text = compress(messages=messages, model="gpt-4o").messages[-1]["content"]
    return str(text)


if __name__ == "__main__":
    answer(version("headroom-ai"), False, view)
