"""Runs in an environment that has ``cendor-squeeze``, and ``toktok-rs`` beside it.

Its own tokenizer downloads a vocabulary; the same one, without the network, counts in its place.
"""

from __future__ import annotations

from importlib.metadata import version

from peer_program import answer


def view(payload: str, _query: str | None, max_tokens: int | None) -> str:
    """As its users would call it; it takes no question."""
    import toktok
    from cendor import squeeze
    from cendor.core import tokens

    tokens.register("openai", lambda text, _model: toktok.batch_count([str(text)], "o200k_base")[0])
    small, _ = squeeze.compress(payload, target_tokens=max_tokens, model="gpt-4o")
    return str(small)


if __name__ == "__main__":
    answer(version("cendor-squeeze"), True, view)
