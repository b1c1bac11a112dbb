"""Which lines say what a line of a log is about, where it does not say so itself."""

from __future__ import annotations

import re

from headroom.kinds.log.parse import Log
from headroom.kinds.log.times import words_but_times

__all__ = ["subjects_of"]

# All of these are chosen.

#: A group of so many events is shown from its first one on; of a longer one, that alone.
_WHOLE = 5
#: Groups within groups: so many first lines are shown.
_LEVELS = 2
#: Characters of an event in which what it is about is looked for; and a larger one is shown for no
#: other one.
_CHARS, _LARGEST = 2000, 600

# The process that a line of a system's log is of: sshd[24503].
_PROCESS = re.compile(r"(?<=\S)\[\d{1,10}\]")


def subjects_of(log: Log, index: int) -> list[int]:
    """The events that say what an event is about: those of its group above it, or the first one.

    None where those name nothing, or it has what they name first, or it is of another process.
    """
    found: list[int] = []
    shown: list[int] = []
    own = log.texts[index][:_CHARS]
    process = _PROCESS.search(own)
    for _ in range(_LEVELS):
        opener = log.opened_by[index]
        if opener < 0:
            break
        above = range(opener, index) if index - opener < _WHOLE else (opener,)
        names: list[str] = []
        for event in above:
            text = log.texts[event]
            other = _PROCESS.search(text)
            if len(text) <= _LARGEST and not (process and other and process[0] != other[0]):
                found.append(event)
                # What the first one names is what all of it is about.
                names = names or _names(log, event)
        if not names or _says(own, names[0]):
            # What else they name is said of the same: "reading a.py (91 bytes)", "a.py is empty".
            break
        shown = list(found)
        index = opener
    return shown


def _says(own: str, name: str) -> bool:
    """Whether an event has a name; a number is one only behind a word, as in "thread 7"."""
    if not name.isdecimal():
        return name in own
    return re.search(rf"[^\W\d_] {name}\b", own) is not None


def _names(log: Log, event: int) -> list[str]:
    """What an event names, in order: its words, but times, that another one like it has not."""
    like = next((one for one in log.templates[log.of_event[event]].events if one != event), -1)
    shared = frozenset(words_but_times(log.texts[like][:_CHARS]) if like >= 0 else ())
    words = words_but_times(log.texts[event][:_CHARS])
    return [word for word in words if word not in shared]
