"""Which texts are no prose: each of their lines is a fact."""

from __future__ import annotations

import re

from headroom.source import Source

__all__ = ["is_listing"]

#: Signs of notation, as a share of what is not blank, from which a text may be a listing; and the
#: share of its characters that may stand in lines of running words. Measured with
#: `python -m benchmarks`.
_NOTATION, _RUNNING = 0.13, 0.08
_NOT_NOTATION = re.compile(r"[^0-9=<>{}\[\]()/\\|_;:#$@&*+~^%`\"-]+")
_RUNNING_WORDS = re.compile(r"(?:[^\W_]{1,30}[,;:.'\u2019]? ){5}")


def is_listing(source: Source) -> bool:
    r"""Whether a text is settings, addresses or the like: signs and values, but no sentences.

    >>> is_listing(Source("timeout=30\nretries=3\nhost=10.0.0.7:8080\n"))
    True
    >>> is_listing(Source("It rained all night, and in the morning the river was over its banks."))
    False

    """
    signs = len(_NOT_NOTATION.sub("", source.text))
    if signs < _NOTATION * sum(map(len, source.text.split())):
        return False
    running = sum(len(line) for line in source.lines if _RUNNING_WORDS.search(line))
    return running <= _RUNNING * len(source.text)
