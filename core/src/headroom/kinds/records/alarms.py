"""Which lines of records say that something goes wrong, where few of the others say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headroom.kinds.records.parse import Records, field_of
from headroom.regexes import regex
from headroom.toolkit.alerts import alerting
from headroom.view import Deadline

__all__ = ["alarms"]

# All of these are chosen.

#: So many records may say so, or one in so many.
_FEW, _ONE_IN = 3, 10
#: What a field says comes so often on the average, whatever its numbers are: names and texts differ
#: in each record, and words in them say nothing of how the record is.
_AGAIN = 2
#: Of more lines, what they say takes too much memory beside them.
_LINES = 20_000
_DIGITS = regex(r"\d+")


def alarms(records: Records, deadline: Deadline) -> Mapping[int, Sequence[int]]:
    """The lines of some records, by their numbers, that say what goes wrong.

    Args:
        records: All of them.
        deadline: Checked now and then.

    """
    few = max(_FEW, len(records.spans) // _ONE_IN)
    if not records.named or len(records.spans) <= 2 * few or len(records.lines) > _LINES:
        return {}
    said: dict[tuple[int, str], dict[str, list[tuple[int, int]]]] = {}
    for row, (first, end) in enumerate(deadline.over(records.spans)):
        for line in range(first, end):
            indent, name, value = field_of(records.lines[line])
            if name and value:
                values = said.setdefault((indent, name), {})
                values.setdefault(_DIGITS.sub("0", value), []).append((row, line))
    found: dict[int, list[int]] = {}
    harmless: set[str] = set()
    for values in deadline.over(said.values(), every=1):
        count = sum(map(len, values.values()))
        if len(values) == 1 or _AGAIN * len(values) > count:
            continue
        places = list(values.values())
        alarming = [place for n in alerting(list(values), harmless) for place in places[n]]
        if len({row for row, _ in alarming}) <= few:
            for row, line in alarming:
                found.setdefault(row, []).append(line)
    return found
