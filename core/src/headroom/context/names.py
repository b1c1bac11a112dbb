"""Names in what is shown of a context: keys and agents, which anybody may have chosen."""

from __future__ import annotations

import json
import re
import unicodedata

from headroom.toolkit.unseen import UNSEEN

__all__ = ["named", "quoted"]

#: What cannot be taken for anything but a name.
_PLAIN = re.compile(rf"(?![^{UNSEEN}]*[{UNSEEN}])(?:[\w./@#+-]|:(?! )|(?<=\S) (?=\S))+")
_UNSEEN = re.compile(f"[{UNSEEN}]")


def quoted(name: str) -> str:
    r"""A name as a JSON string that is one line, whatever it has in it.

    >>> print(quoted("a\n\u2028[b"))
    "a\n\u2028[b"

    A letter that is written as others are that look the same is spelt out.

    >>> print(quoted("cafe\u0301"))
    "cafe\u0301"

    """
    if not _is_composed(name):
        return json.dumps(name)
    text = json.dumps(name, ensure_ascii=False)
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in text)
    return _UNSEEN.sub(lambda sign: json.dumps(sign[0])[1:-1], text)


def named(name: str) -> str:
    r"""A name as it is, or quoted, where it might be taken for more than that.

    >>> print(named("search results"), named("orders (json, 3 tokens)"))
    search results "orders (json, 3 tokens)"
    >>> print(named("K"), named("\u212a"))
    K "\u212a"

    """
    return name if _PLAIN.fullmatch(name) and _is_composed(name) else quoted(name)


def _is_composed(name: str) -> bool:
    """Whether a name is written as all that looks like it is, by the same letters."""
    return unicodedata.is_normalized("NFC", name)
