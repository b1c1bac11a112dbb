"""Whether a text reads like prose, whatever it is wrapped in: data, lists, a dialogue."""

from __future__ import annotations

from itertools import islice

from headroom.regexes import regex

__all__ = ["reads_like_prose"]

#: The share of what is not blank that must stand in running words. Chosen: in prose that is in JSON
#: it is nine in ten, in records of long texts two in three.
_RUNNING = 0.7
#: The share of the running words that must be said once, whatever their numbers are: what programs
#: write again and again is no prose. Chosen.
_ONCE = 0.6
#: Where so many values are nothing but an address, as each find of a search has one, it is a list
#: of finds, of which a reader wants some. Chosen.
_FINDS = 4
#: Characters that are looked at: more than anybody reads whole. Chosen.
_LOOKED_AT = 40_000

# Words one after the other, as sentences have them: of letters, with signs of punctuation and a
# number here and there; in scripts without blanks, letters. What is looked ahead is not given back.
_WORD = (
    r"[\"'(\u2018\u201c*_\[]{0,3}(?:[^\W\d_][\w'\u2019./-]{0,30}|\d[\d.,:%/-]{0,15})"
    r"[,;:.!?)\"'\u2019\u201d*_\]%]{0,3}"
)
_WORDS = regex(rf"(?=((?:{_WORD}[ ](?:[\u2013\u2014&-][ ])?){{5,400}}))\1(?:{_WORD})?")
_UNSPACED = regex(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f\uff0c\u3002\u3001]{8,}")
_STOP = regex(r"(?<=[.!?\u3002])\s*")
_DIGITS = regex(r"\d+")
# Breaks as JSON writes them, and what is not said.
_BREAKS = regex(r"\\[nrt]")
_FOUND = regex(r"[:=,\[(]\s{0,8}([\"'])[a-z]{2,10}://[^\s\"']{1,2000}\1")
_BLANK = regex(r"\s+")


def reads_like_prose(text: str) -> bool:
    r"""Whether most of a text is running words, and most of these are said once.

    >>> reads_like_prose('{"body": "It rained all night. The river rose, and the bridge fell."}')
    True
    >>> reads_like_prose('[{"id": 1, "host": "a", "load": 0.5}, {"id": 2, "host": "b"}]')
    False
    """
    text = _BREAKS.sub("\n", text[:_LOOKED_AT])
    if "://" in text and sum(1 for _ in islice(_FOUND.finditer(text), _FINDS)) == _FINDS:
        return False
    said = len(_BLANK.sub("", text))
    runs = [match[0] for match in _WORDS.finditer(text)]
    runs += _UNSPACED.findall(text)
    if sum(len(run) - run.count(" ") for run in runs) < _RUNNING * said:
        return False
    sentences = [_DIGITS.sub("0", one) for run in runs for one in _STOP.split(run) if one]
    once = sum(map(len, dict.fromkeys(sentences)))
    return once >= _ONCE * sum(map(len, sentences))
