"""The units that a view shows or leaves out: lines of documents, sentences of texts, rows."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from headroom.forking import cached_property
from headroom.toolkit.rows.blocks import expanded
from headroom.toolkit.rows.identity import is_address, names_for, sources_of
from headroom.toolkit.rows.misspelt import find_misspelt
from headroom.toolkit.rows.notation import Speller, flow
from headroom.toolkit.rows.packed import Joined
from headroom.toolkit.rows.rank import named
from headroom.toolkit.rows.series import are_mostly_series
from headroom.toolkit.rows.shape import sample
from headroom.toolkit.rows.texts import is_mostly_text, sentence_line, sentences
from headroom.toolkit.rows.tree import Block, Line, Section, TableBlock, Tree
from headroom.view import Request

__all__ = ["SMALL_TABLE", "WHOLE", "LineUnit", "Units", "has_large_rows"]

#: Tables with fewer rows are part of a document rather than a sample of something. Chosen.
SMALL_TABLE = 15
#: Entries of larger objects are not named where they are left out. Chosen.
_MOST_KEYS = 1000
#: Rows with more characters each are documents, however few they are. Chosen: some 150 tokens.
_LONG_ROW = 600
#: An object with as many addresses says with them what else can be asked for. Chosen.
_MANY_LINKS = 5
#: Names of more than one in so many rows single out none of them. Chosen.
_ONE_IN = 3
#: So many names within a row are said in any case. Chosen.
_MOST_WITHIN = 40
#: Addresses beside names may take this share of the room that names have. Chosen.
_SOURCES = 1.5
#: No more rows are what holds a collection rather than one. Chosen.
_FEW_ROWS = 4
#: Units that are counted, or put together, at a time. Chosen.
_TOGETHER = 1000
#: The sentence of a line that is shown whole.
WHOLE = -1


class LineUnit(NamedTuple):
    """A line of a document, or a sentence of one, as a unit."""

    unit: int
    line: Line
    #: Its place in its section, from 0.
    place: int
    #: Which sentence of the line it is, from 0; ``WHOLE`` where it is the line.
    sentence: int
    #: How many keys lead to it.
    level: int
    #: Whether it is one of the many addresses of an object.
    is_link: bool
    #: Whether it is the one address of a text, where somebody read it.
    is_source: bool


class Units:
    """The units of a value, numbered as they stand.

    Args:
        tree: The value.
        speller: The one that spelled it.
        request: Counts tokens, knows the query, watches the time.
        longest_row: Tables whose rows all have more characters are shown in parts of rows.
        asked_apart: Whether a few long rows of which the query names one are shown in parts.
        large_rows: Tables of nested rows that have more characters on the average likewise.

    """

    def __init__(
        self,
        tree: Tree,
        speller: Speller,
        request: Request,
        *,
        longest_row: int | None = None,
        asked_apart: bool = False,
        large_rows: int | None = None,
    ) -> None:
        self._longest_row = longest_row
        self._asked_apart = asked_apart
        self._large_rows = large_rows
        self.speller = speller
        self.request = request
        #: The rows that the query names, of tables that are shown in parts: first unit, end.
        self.asked: list[tuple[int, int]] = []
        #: Whether these would be others if rows that the query names were shown in parts.
        self.may_ask_apart = False
        #: By collection: the names of its rows, and the tokens of all of these.
        self._names: dict[int, tuple[list[str], int]] = {}
        self._misspelt: dict[int, list[tuple[int, str, str]]] = {}
        #: The value as these units show it: some of its tables in parts of rows.
        self.tree = expanded(tree, self._is_better_in_parts, speller, request)
        self.tables = list(self.tree.tables.values())
        self.row_sections = [Section(self.tree, node) for node in self.tree.rows]
        self.texts = Joined()
        #: The first unit of each block, and behind them how many units there are.
        self._starts = self._number()
        self._links, self._sources = self._find_links()
        for section in self.row_sections:
            self.asked.extend(self._asked_rows(section))
        self.costs = self._costs()

    def _number(self) -> array[int]:
        """Gives the units of all blocks their numbers."""
        starts, tree = array("I"), self.tree
        count = 0
        # Texts that are not yet among the others.
        some: list[str] = []
        for node, text in enumerate(self.request.deadline.over(tree.texts)):
            starts.append(count)
            if text:
                pieces = sentences(tree.values[node])
                if pieces:
                    some += map(sentence_line, pieces)
                else:
                    some.append(text)
                count += len(pieces) or 1
                if len(some) >= _TOGETHER:
                    self.texts.extend(some)
                    some.clear()
            elif node in tree.tables:
                lines = tree.tables[node].table.lines
                count += len(lines)
                self.texts.extend(some)
                self.texts.extend(lines)
                some.clear()
        self.texts.extend(some)
        starts.append(count)
        return starts

    def _costs(self) -> Sequence[int]:
        costs = array("I")
        texts = iter(self.texts)
        while some := list(islice(texts, _TOGETHER)):
            self.request.deadline.check()
            costs.extend([cost + 1 for cost in self.request.counter.count_many(some)])
        return costs

    def range(self, block: Block) -> tuple[int, int]:
        """The first unit of a block, and the one after its last."""
        return self._starts[block.node], self._starts[self.tree.ends[block.node]]

    def start(self, node: int) -> int:
        """The first unit of a block, by its number."""
        return self._starts[node]

    def row_of(self, node: int) -> tuple[int, int] | None:
        """The units of the row, shown in parts, that a block is in or is; ``None`` if in none."""
        tree = self.tree
        while node and tree.holders[node] not in tree.rows:
            node = tree.holders[node]
        return (self._starts[node], self._starts[tree.ends[node]]) if node else None

    def tables_within(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        """The units of each table that stands within some."""
        for start, stop in self._table_ranges[bisect_left(self._table_ranges, (first, 0)) :]:
            if start >= end:
                break
            yield start, stop

    @cached_property
    def _table_ranges(self) -> list[tuple[int, int]]:
        return sorted(self.range(table) for table in self.tables)

    def lines(self) -> Iterator[LineUnit]:
        """The lines, as they stand."""
        tree, starts = self.tree, self._starts
        tables, rows = tree.tables, tree.rows
        # Of each section around a line: where it ends, and how many of its members were before.
        around: list[list[int]] = []
        for node, end in enumerate(tree.ends):
            while around and around[-1][0] <= node:
                around.pop()
            place = 0
            if around:
                place = around[-1][1]
                around[-1][1] += 1
            if end > node + 1:
                around.append([end, 0])
            elif node not in tables and node not in rows:
                line, first, end = Line(tree, node), starts[node], starts[end]
                is_link, is_source = node in self._links, node in self._sources
                level = len(around)
                for unit in range(first, end):
                    sentence = WHOLE if end - first == 1 else unit - first
                    yield LineUnit(unit, line, place, sentence, level, is_link, is_source)

    @cached_property
    def outer_rows(self) -> list[Section]:
        """The collections whose rows are shown in parts, but for those within such rows."""
        found: list[Section] = []
        end = 0
        for section in sorted(self.row_sections, key=lambda one: _outermost(self.range(one))):
            rows = section.rows
            if len(rows.pointers) <= _FEW_ROWS or is_mostly_text(rows.values):
                continue
            if self.range(section)[1] > end:
                found.append(section)
                end = self.range(section)[1]
        return found

    def _is_within_row(self, block: Block) -> bool:
        """Whether it is part of a row of the outer ones."""
        if not self.outer_rows:
            return False
        first, end = self.range(block)
        place = bisect_right(self._outer_starts, first) - 1
        outer = self.outer_rows[max(0, place)]
        return (
            block.node != outer.node
            and self.range(outer)[0] <= first
            and end <= self.range(outer)[1]
        )

    @cached_property
    def _outer_starts(self) -> list[int]:
        return [self.range(section)[0] for section in self.outer_rows]

    @property
    def link_tokens(self) -> int:
        """Tokens of all lines that are some of the many addresses of an object."""
        return sum(self.cost(self.tree.block(node)) for node in self._links)

    def cost(self, block: Block) -> int:
        """Tokens of all the units of a block."""
        return sum(self.costs[slice(*self.range(block))])

    def as_objects(self, units: Iterable[int]) -> dict[int, str]:
        """The units that are rows of tables, as minified JSON, in the order given."""
        found: dict[int, str] = {}
        for unit in units:
            for table in self.tables:
                first, end = self.range(table)
                if first <= unit < end:
                    found[unit] = self.as_object(table, unit - first)
        return found

    def as_object(self, block: TableBlock, row: int) -> str:
        """A row of a table as minified JSON, below its key where it has one."""
        value = block.values[row]
        return flow(value if block.table.keys is None else {block.pointers[row]: value})

    def names(self, block: Block) -> tuple[list[str], int]:
        """The names of the rows of a collection, and how many tokens they have together."""
        known = self._names.get(block.node)
        if known is None:
            names = self._find_names(block)
            known = (names, sum(self.request.counter.count_many(names)) + len(names))
            self._names[block.node] = known
        return known

    def nameable(self, limit: int, *, by_row: bool = False) -> tuple[dict[int, list[str]], int]:
        """What to call rows that are left out, by collection; the tokens of all of that.

        Args:
            limit: The tokens that all of these names may have.
            by_row: Whether a few of the rows that are shown in parts are shown, so that
                what is within them is named whatever it costs.

        """
        # Keys stand with the rows that are shown; of most rows, no part is.
        sections = [one for one in self.row_sections if by_row or not one.rows.keys]
        blocks: list[Block] = [*self.tables, *sections]
        blocks.sort(key=lambda block: (self.names(block)[1], self.range(block)))
        found: set[int] = set()
        used = 0
        if by_row:
            within = [block for block in blocks if self._is_within_row(block)]
            found.update(one.node for one in within if len(self.names(one)[0]) <= _MOST_WITHIN)
            blocks = [block for block in blocks if not self._is_within_row(block)]
        for block in blocks:
            names, cost = self.names(block)
            if used + cost > limit:
                break
            used += cost
            if names:
                found.add(block.node)
        named = {node: self._names[node][0] for node in sorted(found)}
        for block in self.tables:
            sources = sources_of(block.values) if block.node in found else []
            cost = sum(self.request.counter.count_many(sources)) + len(sources)
            if sources and used + cost <= _SOURCES * limit:
                used += cost
                named[block.node] = list(map(" ".join, zip(named[block.node], sources)))
        return named, used

    def name_lines(self, named: Container[int]) -> Iterator[tuple[int, int]]:
        """The lines with the names of rows that are shown in parts, and how deep the rows are.

        Args:
            named: The collections, by number, whose rows are named.

        """
        for section in self.row_sections:
            if section.node not in named or section.rows.keys:
                continue
            names = self.names(section)[0]
            if len(set(names)) < len(names):
                continue
            for row, name in zip(section.members, names):
                first, end = self.range(row)
                found = (unit for unit in range(first, end) if name and name in self.texts[unit])
                yield from ((unit, row.level - 1) for unit in islice(found, 1))

    def misspelt(self, table: TableBlock) -> list[tuple[int, str, str]]:
        """Cells that are nearly what others of their column are: row, column and cell."""
        known = self._misspelt.get(table.node)
        if known is None:
            found = find_misspelt(table.table, self.request.deadline.check)
            names, rows = table.table.names, table.table.rows
            known = [(row, names[column], rows[row].cells[column]) for row, column in found]
            self._misspelt[table.node] = known
        return known

    def _find_names(self, block: Block) -> list[str]:
        if isinstance(block, TableBlock):
            if block.table.keys is not None:
                return block.table.keys if len(block.table.keys) <= _MOST_KEYS else []
            if block.table.by_columns:
                return []
            values = block.values
        elif isinstance(block, Section) and block.of_rows:
            keys = block.rows.keys
            if keys:
                return list(keys) if len(keys) <= _MOST_KEYS else []
            values = block.rows.values
        else:
            return []
        return names_for(values, self.request)

    def _find_links(self) -> tuple[set[int], set[int]]:
        """The lines that are some of the many addresses of their section, and sources of texts."""
        tree, starts = self.tree, self._starts
        links, texts = array("I"), set()
        for node, value in enumerate(tree.values):
            if type(value) is not str:
                continue
            if is_address(value):
                links.append(node)
            elif starts[node + 1] - starts[node] > 1:
                # It has sentences.
                texts.add(tree.holders[node])
        counts = Counter(map(tree.holders.__getitem__, links))
        many = {node for node in links if counts[tree.holders[node]] >= _MANY_LINKS}
        alone = (node for node in links if counts[tree.holders[node]] == 1)
        return many, {node for node in alone if tree.holders[node] in texts}

    def _asked_rows(self, section: Section) -> list[tuple[int, int]]:
        rows = [self.range(member) for member in section.members]
        texts = ["\n".join(self.texts[first:end]) for first, end in rows]
        return [rows[index] for index in _few_named(texts, self.request.query)]

    def _is_better_in_parts(self, block: TableBlock) -> bool:
        """Whether parts of each row say more than the whole of a few rows, or of none."""
        if block.table.by_columns:
            # What a row consists of does not stand in one place.
            return False
        if are_mostly_series(block.values):
            return True
        if self._longest_row is not None:
            return min(map(len, block.table.lines)) > self._longest_row
        lines = block.table.lines
        if self._large_rows is not None and _has_large(block, self._large_rows):
            return True
        if len(lines) < SMALL_TABLE and min(map(len, lines)) > _LONG_ROW:
            self.may_ask_apart = True
            if self._asked_apart:
                return bool(_few_named(lines, self.request.query))
        if not is_mostly_text(block.values):
            return False
        # A row that the query names is wanted whole.
        return not any(named(block.table.lines, self.request.query, identifiers_only=True))


def _outermost(units: tuple[int, int]) -> tuple[int, int]:
    """Orders ranges as they stand, what holds others before these."""
    return units[0], -units[1]


def has_large_rows(tree: Tree, large: int) -> bool:
    """Whether some nested rows in a value have on the average more than so many characters."""
    return any(len(rows.pointers) > _FEW_ROWS for rows in tree.rows.values()) or any(
        _has_large(block, large) for block in tree.tables.values()
    )


def _has_large(block: TableBlock, large: int) -> bool:
    lines = block.table.lines
    if sum(map(len, lines)) <= large * len(lines):
        return False
    # What is flat reads best as the row of a table.
    some = sample(block.values)
    nested = sum(
        isinstance(value, dict) and any(isinstance(inner, (dict, list)) for inner in value.values())
        for value in some
    )
    return nested * 2 > len(some)


def _few_named(rows: Sequence[str], query: str | None) -> list[int]:
    """The rows that a query names by an identifier, if it does not name most of them."""
    found = [index for index, sure in enumerate(named(rows, query, identifiers_only=True)) if sure]
    return found if len(found) * _ONE_IN <= len(rows) else []
