"""What looks like a note of ours, and is a text's own."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from headroom.forking import undisturbed
from headroom.lines import parts
from headroom.pipeline.terminal import shown
from headroom.regexes import regex
from headroom.source import Source
from headroom.tokens import TokenCounter
from headroom.toolkit.markers import SMALLEST
from headroom.toolkit.unseen import UNSEEN
from headroom.view import CompressResult, Omission, or_original

__all__ = ["as_it_looks", "with_own_words_told"]

#: What notes say, but for an "l" before it; and what the line says that tells them apart. Other
#: signs look like an "l", and a pattern that begins with any of several is slow.
_SAYS = regex(r"e(?:ft|aves?)[^\S\n]*[o0]ut")
_TELLS = regex(r"gina[l1i|]'s[^\S\n]*text")
_LIKE_L = frozenset("l1i|")
#: Letters that look like those of the words in most fonts.
_LOOKS_LIKE = {
    "\u0430": "a",
    "\u0441": "c",
    "\u0501": "d",
    "\u0435": "e",
    "\u0581": "g",
    "\u0261": "g",
    "\u04bb": "h",
    "\u0456": "i",
    "\u03b9": "i",
    "\u04cf": "l",
    "\u01c0": "l",
    "\u0578": "n",
    "\u043e": "o",
    "\u03bf": "o",
    "\u0585": "o",
    "\u0440": "p",
    "\u0455": "s",
    "\u03c4": "t",
    "\u0442": "t",
    "\u03c5": "u",
    "\u057d": "u",
    "\u0475": "v",
    "\u03bd": "v",
    "\u051d": "w",
    "\u0445": "x",
    "\u0443": "y",
    "\u2019": "'",
}
_UNSEEN = regex(f"[{UNSEEN}]")
#: Escapes in strings of JSON and of code, and those by which a letter can be written.
_ESCAPE = regex(
    r"\\(?:u([\dA-Fa-f]{4}(?:(?<=[dD][89aAbB]..)\\u[dD][c-fC-F][\dA-Fa-f]{2})?)|x([\dA-Fa-f]{2})|U([\dA-Fa-f]{8})|([0-7]{1,3})|(.))",
    re.ASCII,
)
_LETTER = regex(r"\\[uxU0-7]")
#: Strings in strings: so deep are they read.
_DEEP = 3
#: What notes begin with, and what looks like it: by NFKC, the other two become the first.
_OPENING = ("[", "\ufe47", "\uff3b")
#: The same, as markup can have it.
_OPENING_REFERENCE = regex(
    r"&(?:#0{0,9}(?:91|65095|65339)(?!\d);?|#x0{0,9}(?:5b|fe47|ff3b)(?![\da-f]);?|lsqb;|lbrack;)",
    re.IGNORECASE | re.ASCII,
)
# A sign within an attribute does not end its tag.
_MARKUP = r"""<(?:[^<>"']|"[^"]{0,400}"|'[^']{0,400}')*>|<[^<>]*>"""
# A tag that may end behind the text.
_BEGUN = r"""<(?:[^<>"']|"[^"]{0,400}"|'[^']{0,400}')*(?:"[^"]{0,400}|'[^']{0,400})?\Z|<[^<>]*\Z"""
_OPENED = f"[{re.escape(''.join(_OPENING))}]"
_IN_BRACKETS = regex(rf"{_OPENED}(?:[^<\[\]]+|{_MARKUP})*")
#: The same in a text that may go on: what may have its end there goes up to the end of the text.
_IN_BRACKETS_SO_FAR = regex(rf"{_OPENED}(?:[^<\[\]]+|{_BEGUN}|{_MARKUP})*")
_TAG, _PARTS_OF_DATA = regex(_MARKUP), ("<![CDATA[", "]]>")
#: Characters of a note on either side of that; longer ones are not ours.
_AROUND = 400
#: So many characters of a long line, and some, are folded at a time: up to a sign that does not
#: look otherwise for what is next to it, nor that for the sign. Chosen.
_TOGETHER, _SEAM = 50_000, regex('[ ,"]')
#: A line that is nothing but the sign for something that is left out, and what a comment takes.
_SIGN_ALONE = regex(rf"^[^\w\n{SMALLEST}]*{SMALLEST}[^\w\n{SMALLEST}]*$", re.MULTILINE)
#: A note of it may take one in so many tokens of a budget.
_SHARE = 2
_UNSAFE = regex(r"[\[\]\s]+")
_OWN = "the original's text"
_SOME = f"[some of these notes are {_OWN}]"
# Notes that are quoted, and characters of each.
_QUOTES, _QUOTED = 3, 80


def with_own_words_told(
    result: CompressResult,
    content: str,
    counter: TokenCounter,
    max_tokens: int | None,
    again: Callable[[int], CompressResult],
) -> CompressResult:
    r"""A view in which a note of the text's own cannot be taken for one of ours.

    Where a view shows something of the original that looks like a note of what is left out, a last
    line names all that this view leaves out; or, where the budget has no room for that, what is
    none of our notes.

    Args:
        result: The view.
        content: The original.
        counter: Counts the tokens.
        max_tokens: The most that the view may have.
        again: Makes the view with fewer.

    >>> from headroom import compress
    >>> lines = [f"INFO served in {n % 7} ms" for n in range(99)]
    >>> view = compress("\n".join([*lines, "[lines 3-4 left out]", *lines])).text
    >>> print(view.split("\n")[-1])  # doctest: +NORMALIZE_WHITESPACE
    [this view leaves out lines 2-99,101-198; what else is said to be left out is
    the original's text]

    """
    own = _to_tell(result, content)
    if not own:
        return result
    told = _told(result, content, counter)
    if max_tokens is None or told.tokens_after <= max_tokens:
        return told
    for line in (None, _quoting(own), _SOME):
        # One more: where two lines meet, a token may be another.
        cost = 1 + (counter.count(line) if line else told.tokens_after - result.tokens_after)
        if cost > max_tokens // _SHARE and line is not _SOME:
            continue
        other = again(max(1, max_tokens - cost))
        if _to_tell(other, content):
            other = _told(other, content, counter, line)
        if other.tokens_after <= max_tokens:
            return other
    return result


def _to_tell(result: CompressResult, content: str) -> list[str]:
    """What of a view could be taken for a note of ours, unless it is all data that is read back."""
    is_plain = result.lossless or result.text == content
    return [] if is_plain and not result.omissions else _own_words(result.text, content)


def _told(
    result: CompressResult, content: str, counter: TokenCounter, line: str | None = None
) -> CompressResult:
    if line is None:
        places = _UNSAFE.sub(" ", "; ".join(_places(result.omissions)))
        what = f"{places}; what else" if places else "nothing; what"
        line = f"[this view leaves out {what} is said to be left out is {_OWN}]"
    text = f"{result.text}\n{line}"
    return or_original(result, text, counter.count(text), content)


def _quoting(own: Sequence[str]) -> str:
    shown = "; ".join(_UNSAFE.sub(" ", one).strip()[:_QUOTED] for one in own[:_QUOTES])
    more = " and more" if len(own) > _QUOTES else ""
    return f"[of these notes, {_OWN}: {shown}{more}]"


def _places(omissions: Sequence[Omission]) -> Iterator[str]:
    """All places, ranges of one list or text together."""
    together: dict[object, tuple[Omission, list[tuple[int, int]]]] = {}
    # What is shown but for its tags or codes is said only where nothing else is left out.
    whole = [one for one in omissions if not one.in_part]
    for number, one in enumerate(whole or omissions):
        # Characters are of a single unit.
        key = (one.unit, one.path, one.within, number if one.chars else None)
        together.setdefault(key, (one, []))[1].extend(one.ranges)
    for one, ranges in together.values():
        yield replace(one, ranges=tuple(_joined(ranges))).where


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order, those that touch as one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def _own_words(view: str, content: str) -> list[str]:
    """What a view shows that looks like a note, and stands in the original."""
    has_sign = SMALLEST in view and _SIGN_ALONE.search(view) is not None
    noted = set(_notes(view))
    own: list[str] = []
    for text in _as_shown(content) if noted or has_sign else ():
        if has_sign and SMALLEST in text and _SIGN_ALONE.search(text):
            own.append(SMALLEST)
        own += (one for one in _notes(text) if one in noted)
    return list(dict.fromkeys(own))


def _notes(text: str) -> Iterator[str]:
    """What looks like a note in a text."""
    return chain.from_iterable(map(_likenesses, _as_it_looks(text)))


def _as_shown(content: str) -> Iterator[str]:
    """A text, and what views show of it: without escapes, then codes of a terminal, then markup.

    In parts, that end where a line does. Of what is made of them nothing is kept: one sign that is
    not Latin makes all others of a text take two or four bytes as well.
    """
    is_page = False
    for text in parts(content):
        plain = _unescaped(text)
        bare = _without_codes(plain)
        yield text
        if plain != text:
            yield plain
        if bare != plain:
            yield bare
        is_page = is_page or "</" in bare or "/>" in bare
    if is_page:
        yield from _without_markup(map(_without_codes, map(_unescaped, parts(content))))


def _unescaped(text: str) -> str:
    for _ in range(_DEEP):
        if not (_LETTER.search(text) or (SMALLEST in text and "\\n" in text)):
            break
        text = _ESCAPE.sub(_escaped, text)
    return text


def _escaped(match: re.Match[str]) -> str:
    four, two, eight, octal, sign = match.groups()
    if sign:
        return "\n" if sign == "n" else sign
    if four and len(four) > 4:
        return str(json.loads(f'"\\u{four}"'))
    code = int(octal, 8) if octal else int(four or two or eight, 16)
    return chr(code) if code < 0x110000 else match[0]


def _without_codes(text: str) -> str:
    bare = shown(Source(text))
    return text if bare is None else bare.text


def _without_markup(texts: Iterable[str]) -> Iterator[str]:
    """What a page shows, in so many parts at a time that nothing in the last one goes on."""
    several: list[str] = []
    size = wanted = 0
    for text in texts:
        several.append(text)
        size += len(text)
        if size < wanted:
            continue
        read = _as_on_a_page("\n".join(several), may_go_on=True)
        if read is None:
            # Twice as much, so that nothing is read more than some times.
            wanted = 2 * size
        else:
            yield read
            several, size, wanted = [], 0, 0
    if several:
        yield _as_on_a_page("\n".join(several), may_go_on=False) or ""


def _as_on_a_page(text: str, *, may_go_on: bool) -> str | None:
    """A text without markup; ``None`` if what follows may belong to something in it."""
    if may_go_on and "<!--" in text and text.find("-->", text.rfind("<!--")) < 0:
        return None
    text = _OPENING_REFERENCE.sub(_dereferenced, _without_comments(text))
    for sign in _PARTS_OF_DATA:
        text = text.replace(sign, "")
    found: list[str] = []
    end = 0
    for match in (_IN_BRACKETS_SO_FAR if may_go_on else _IN_BRACKETS).finditer(text):
        found += (text[end : match.start()], _read(match))
        end = match.end()
    if may_go_on and end == len(text):
        return None
    return "".join([*found, text[end:]])


def _without_comments(text: str) -> str:
    kept, start = [], 0
    while (first := text.find("<!--", start)) >= 0 and (last := text.find("-->", first)) >= 0:
        kept.append(text[start:first])
        start = last + len("-->")
    return "".join([*kept, text[start:]])


def _unescape(text: str) -> str:
    # Its table of names takes a while to load, and few texts have a reference in a note.
    with undisturbed:
        from html import unescape

    return unescape(text)


def _dereferenced(match: re.Match[str]) -> str:
    return _unescape(match[0])


def _read(match: re.Match[str]) -> str:
    """What a page shows of it, where a line break is a space."""
    # No reference goes on behind a tag.
    return "".join(map(_unescape, _TAG.split(match[0]))).replace("\n", " ")


def as_it_looks(text: str) -> str:
    r"""What of a text could be a note of ours, or a heading, with what looks like another sign as
    that, in small letters.

    >>> as_it_looks("said\n\uff3bL\u200bines 3-9]")
    '[lines 3-9]'

    """
    return "\n".join(_as_it_looks(text))


def _as_it_looks(text: str) -> Iterator[str]:
    """Some lines of a text after the other: Python takes twelve bytes a character to fold them."""
    return (_folded(part if part.isascii() else _with_brackets(part)) for part in parts(text))


def _with_brackets(text: str) -> str:
    """The lines in which a note could be: to see a text as it looks takes long."""
    signs = [sign for sign in _OPENING if sign in text]
    if not signs:
        return ""
    lines = text.split("\n")
    if len(signs) == 1:
        return "\n".join([line for line in lines if signs[0] in line])
    return "\n".join([line for line in lines if any(sign in line for sign in signs)])


def _folded(text: str) -> str:
    """A text as it looks, in small letters."""
    return text.lower() if text.isascii() else "".join(map(_folded_some, _pieces(text)))


def _pieces(text: str) -> Iterator[str]:
    first = 0
    while first < len(text):
        seam = _SEAM.search(text, first + _TOGETHER)
        last = seam.end() if seam else len(text)
        yield text[first:last]
        first = last


def _folded_some(text: str) -> str:
    text = text.lower()
    if text.isascii():
        return text
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    for letter, other in _LOOKS_LIKE.items():
        text = text.replace(letter, other)
    return text


def _likenesses(text: str) -> Iterator[str]:
    """What stands in brackets around the words."""
    says = (said for said in _SAYS.finditer(text) if text[said.start() - 1] in _LIKE_L)
    for said in chain(says, _TELLS.finditer(text) if "'s" in text else ()):
        before = text[max(0, said.start() - _AROUND) : said.start()]
        start = before.rfind("[")
        if start < 0 or "\n" in before[start:]:
            continue
        after = text[said.end() : said.end() + _AROUND].split("\n", 1)[0]
        note = before[start:] + said[0] + after.partition("]")[0]
        # Views write cells as strings, and break lines elsewhere.
        yield " ".join(note.replace("\\", "").split())
