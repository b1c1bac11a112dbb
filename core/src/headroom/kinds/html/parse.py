"""Reads a page as blocks of text: paragraphs, headings, list items, table rows, code."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import accumulate, compress

from headroom.lines import parts
from headroom.regexes import regex
from headroom.scanning import markup
from headroom.toolkit.rows.packed import Packed
from headroom.view import Deadline

__all__ = ["Page", "PageBlocks", "read_page"]

_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr basefont frame".split()
)
_INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark meter nobr
    output q ruby rb rp rt s samp small span strike strong sub sup time tt u var wbr img picture
    source svg path g use amp-img
    """.split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
#: What a sibling of the same name ends.
_ENDED_BY_NEXT = frozenset("p li tr td th dt dd option".split())
#: Elements whose text is no part of what a reader came for.
_BOILERPLATE = frozenset(
    "nav footer aside button select option dialog menu noscript svg template object canvas "
    "head map audio video figure-controls datalist iframe".split()
)
_BOILERPLATE_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "menu", "dialog", "menubar")
)
# Names of classes and ids that designers give to what stands around the content.
_BOILERPLATE_NAME = regex(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|side-bar|breadcrumbs?|footer|cookies?|consent|"
    r"banner|social|share|sharing|sharedaddy|related|recommended|recommendations|promo|"
    r"advert|advertisement|ads?|sponsored|newsletter|subscribe|subscription|signup|login|"
    r"popup|modal|pagination|pager|toolbar|skip-link|headerlink|"
    r"sphinxsidebar|toc|comment-form|comments?|respond|outbrain|taboola|tags|tagcloud)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"(?<![\w-])hidden(?=[\s=/]|$)|aria-hidden\s*=\s*[\"']?true|display\s*:\s*none", re.IGNORECASE
)
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(class|id|role)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?<![\w-])href\s*=\s*(?:[\"']([^\"']*)[\"']|([^\s\"'>]+))", re.IGNORECASE)
#: Characters of a tag in which attributes are looked for. Chosen.
_LONGEST_ATTRIBUTES = 4000
#: So many different tags are remembered, each with so many characters at the most. Chosen.
_MOST_REMEMBERED, _REMEMBERED_ATTRIBUTES = 500, 200
#: What a link to a heading beside it says.
_PERMALINK = re.compile(r"\s*[\u00b6#\u00a7\U0001f517]\s*")
#: Tags between two looks at the clock. Chosen.
_CHECKED_EVERY = 256
#: The texts of fewer blocks are a list, which is quicker. Chosen.
_LISTED = 500
#: The white space of a longer text is folded some lines at a time. Chosen.
_LONG = 1 << 15
#: A cell with more words is a column of the page, no value of a table. Chosen.
_LONGEST_CELL = 60


class PageBlocks:
    """What stands together on a page, as text, one after another: what each is, by its number.

    As objects, they would be several times as large as their texts.
    """

    def __init__(self) -> None:
        #: ``"text"``, ``"title"``, ``"heading"``, ``"term"`` (what is defined), ``"item"``,
        #: ``"row"`` or ``"code"``.
        self.kinds: list[str] = []
        #: White space folded, entities decoded; lines as ``br`` or ``pre`` break them. Nothing of
        #: those that were put together.
        self.texts: list[str] | Packed = []
        #: First and last line of the source with a part of it, from 1.
        self.firsts, self.lasts = array("I"), array("I")
        self.words = array("I")
        #: The share of the words that stand in links.
        self.link_densities = array("d")
        #: The number of the element that holds it.
        self.elements = array("I")
        #: Whether its element, or one around it, is made for what is around the content, or hidden.
        self.boilerplate = bytearray()
        #: Whether its element, or one around it, has a name that suggests so.
        self.suspect = bytearray()
        #: The level of a heading; 0 for all others.
        self.levels = bytearray()
        # Those that were put together, the text that they are cut out of, and where each begins.
        self._chosen: Sequence[int] = ()
        self._together, self._starts = "", array("q")

    def __len__(self) -> int:
        return len(self.kinds)

    def add_text(self, text: str) -> None:
        """Adds a block; all else that is known of it is added to the columns."""
        self.texts.append(text)
        if len(self.texts) == _LISTED:
            packed = Packed()
            packed.extend(self.texts)
            self.texts = packed

    def together(self, chosen: Sequence[int]) -> tuple[str, Sequence[int]]:
        """Some of them as they stand in a view, below each other, and where each begins.

        From now on these are cut out of that text: else what they say would be there twice.

        Args:
            chosen: Their numbers, in order.

        """
        said = list(self.each(chosen))
        rest = Packed()
        for one, is_there in zip(self.texts, self.marked(chosen)):
            rest.append("" if is_there else one)
        # Before they are put together: they need not be there three times.
        self.texts = rest
        self._chosen, self._together = chosen, "\n".join(said)
        self._starts = array("q", accumulate((len(one) + 1 for one in said), initial=0))
        return self._together, self._starts

    def each(self, chosen: Sequence[int]) -> Iterator[str]:
        """Some of them as they stand in a view, as long as none are put together.

        Args:
            chosen: Their numbers, in order.

        """
        return map(self._as_shown, chosen, compress(self.texts, self.marked(chosen)))

    def marked(self, chosen: Iterable[int]) -> bytearray:
        """Of each block, whether it is one of some: a set would take as much as their text."""
        marked = bytearray(len(self))
        for index in chosen:
            marked[index] = 1
        return marked

    def rendered(self, index: int) -> str:
        """A block as it stands in a view."""
        place = bisect_left(self._chosen, index)
        if place < len(self._chosen) and self._chosen[place] == index:
            return self._together[self._starts[place] : self._starts[place + 1] - 1]
        return self._as_shown(index, self.texts[index])

    def _as_shown(self, index: int, text: str) -> str:
        kind = self.kinds[index]
        if kind == "heading":
            return f"{'#' * self.levels[index]} {text}"
        return f"- {text}" if kind == "item" else text


@dataclass
class Page:
    """The blocks of a page, in order, and the tree that they stand in."""

    blocks: PageBlocks = field(default_factory=PageBlocks)
    #: Per element: its parent, -1 for the root.
    parents: array[int] = field(default_factory=lambda: array("i", [-1]))
    #: Per element: the number of its tag in ``names``.
    tags: array[int] = field(default_factory=lambda: array("I", [0]))
    names: dict[str, int] = field(default_factory=lambda: {"": 0})
    #: How many tags were read.
    tag_count: int = 0
    #: First and last line of each run of lines with tags, comments and scripts.
    markup: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    tag: str
    element: int
    boilerplate: bool
    suspect: bool


def read_page(content: str, deadline: Deadline, *, links: bool = False) -> Page:
    """The blocks of a page; scripts and comments have none.

    Args:
        content: The source of the page.
        deadline: Checked while it is read.
        links: Whether the address of a link stands, in parentheses, after its text.

    """
    reader = _Reader(links=links)
    for number, (kind, name, source, start) in enumerate(markup(content)):
        if number % _CHECKED_EVERY == 0:
            deadline.check()
        reader.reach(content, start)
        reader.take(kind, name, source)
    reader.reach(content, len(content))
    reader.flush()
    return reader.page


class _Reader:
    """Keeps the open elements and the block that is being read."""

    def __init__(self, *, links: bool) -> None:
        self.page = Page()
        self._links = links
        self._address = ""
        self.line = 1
        self.position = 0
        self._stack = [_Open("", 0, boilerplate=False, suspect=False)]
        self._open: dict[str, int] = {}
        self._known: dict[tuple[str, str], tuple[bool, bool]] = {}
        self._parts: list[str] = []
        self._first = self._last = 0
        self._link_words = 0
        self._cells: list[str] | None = None
        self._is_markup = False

    def reach(self, content: str, position: int) -> None:
        """Ends the last token, where the next one begins."""
        first = self.line
        self.line += content.count("\n", self.position, position)
        self.position = position
        if not self._is_markup:
            return
        markup = self.page.markup
        if markup and first <= markup[-1][1] + 1:
            markup[-1] = markup[-1][0], self.line
        else:
            markup.append((first, self.line))

    def take(self, kind: str, name: str, source: str) -> None:
        self._is_markup = kind != "text"
        if kind == "text":
            self._text(source)
        elif kind == "open":
            self.page.tag_count += 1
            self._start(name, source)
        elif kind == "close":
            self._end(name)
        elif name == "title" and not self._open.get("svg") and not self.page.blocks:
            self.flush()
            self._text(source)
            self.flush("title")

    def _text(self, source: str) -> None:
        text = unescape(source) if "&" in source else source
        if self._open.get("a") and _PERMALINK.fullmatch(text):
            return
        # Browsers ignore it; here it stands for a line break of the page.
        text = text.replace("\0", " ")
        if text and not text.isspace():
            if not any(part.strip() for part in self._parts):
                self._first = self.line + source.count("\n", 0, len(source) - len(source.lstrip()))
            self._last = self.line + source.count("\n", 0, len(source.rstrip()))
            if self._open.get("a"):
                self._link_words += len(text.split())
        self._parts.append(text)

    def _start(self, name: str, attributes: str) -> None:
        if name == "br":
            self._parts.append("\0")
            return
        if name in ("td", "th") and self._cells is not None:
            self._cell()
        elif name not in _INLINE and not self._in_cell(name):
            self.flush()
        if name in _VOID or attributes.endswith("/"):
            return
        if name in _ENDED_BY_NEXT and self._stack[-1].tag == name:
            self._pop()
        if name == "tr" and not self._open.get("pre"):
            self._cells = []
        if name == "a" and self._links:
            address = _ADDRESS.search(attributes[:_LONGEST_ATTRIBUTES])
            self._address = (address[1] or address[2] or "") if address else ""
        around = self._stack[-1]
        page = self.page
        page.parents.append(around.element)
        page.tags.append(page.names.setdefault(name, len(page.names)))
        boilerplate, suspect = self._judged(name, attributes)
        self._stack.append(
            _Open(
                name,
                len(page.parents) - 1,
                around.boilerplate or boilerplate,
                around.suspect or suspect,
            )
        )
        self._open[name] = self._open.get(name, 0) + 1

    def _judged(self, name: str, attributes: str) -> tuple[bool, bool]:
        """What ``_around_content`` says: pages say the same of many elements."""
        if not attributes or len(attributes) > _REMEMBERED_ATTRIBUTES:
            return _around_content(name, attributes)
        known = self._known.get((name, attributes))
        if known is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            known = self._known[name, attributes] = _around_content(name, attributes)
        return known

    def _in_cell(self, name: str) -> bool:
        """Whether a block inside a table cell only breaks its line; tables in tables are layout."""
        if self._cells is None or self._stack[-1].tag == "tr":
            return False
        if name in ("p", "div", "li", "ul", "ol", "center"):
            self._parts.append(" ")
            return True
        self._break_row()
        return False

    def _end(self, name: str) -> None:
        if name == "p" and not self._open.get(name):
            self.flush()
        if not self._open.get(name):
            return
        if name == "a" and self._address and any(part.strip() for part in self._parts):
            self._parts.append(f" ({unescape(self._address)})")
            self._address = ""
        if name in ("td", "th") and self._cells is not None:
            self._cell()
        elif name == "tr" and self._cells is not None:
            self._row()
        elif name not in _INLINE and not self._in_cell(name):
            self.flush()
        while self._pop() != name:
            pass

    def _pop(self) -> str:
        tag = self._stack.pop().tag
        self._open[tag] -= 1
        return tag

    def _cell(self) -> None:
        if self._cells is not None:
            text = _fold("".join(self._parts), code=False).replace("\n", " ")
            self._parts.clear()
            if text:
                self._cells.append(text)

    def _row(self) -> None:
        self._cell()
        cells, self._cells = self._cells or [], None
        if any(len(cell.split()) > _LONGEST_CELL for cell in cells):
            self._parts.append("\0".join(cells))
            self.flush()
        else:
            self._parts.append(" | ".join(cells))
            self.flush("row")

    def _break_row(self) -> None:
        """The table is for layout: its cells are blocks like any other."""
        cells, self._cells = self._cells or [], None
        self._parts.insert(0, "\0".join([*cells, ""]))

    def flush(self, kind: str | None = None) -> None:
        """Ends the block that is being read."""
        if self._cells is not None and kind is None:
            self._break_row()
        source = "".join(self._parts)
        self._parts.clear()
        links, self._link_words = self._link_words, 0
        if not source or source.isspace():
            return
        code = bool(self._open.get("pre"))
        text = _fold(source, code=code)
        if not text.strip():
            return
        holder = self._stack[-1]
        level = 0
        if kind is None:
            kind, level = self._kind(code)
        # What is folded has one sign of white space between two words.
        words = len(text.split()) if code else 1 + text.count(" ") + text.count("\n")
        blocks = self.page.blocks
        blocks.kinds.append(kind)
        blocks.add_text(text)
        blocks.firsts.append(self._first)
        blocks.lasts.append(self._last)
        blocks.words.append(words)
        blocks.link_densities.append(min(1.0, links / max(1, words)))
        blocks.elements.append(holder.element)
        blocks.boilerplate.append(holder.boilerplate and kind != "title")
        blocks.suspect.append(holder.suspect)
        blocks.levels.append(level)

    def _kind(self, code: bool) -> tuple[str, int]:
        if code:
            return "code", 0
        for name, level in _HEADINGS.items():
            if self._open.get(name):
                return "heading", level
        if self._stack[-1].tag == "dt":
            return "term", 0
        return ("item", 0) if self._open.get("li") or self._open.get("dd") else ("text", 0)


def _around_content(name: str, attributes: str) -> tuple[bool, bool]:
    """Whether an element is boilerplate, and whether its name suggests so."""
    if name in _BOILERPLATE:
        return True, True
    if not attributes or name in ("html", "body", "main", "article"):
        return False, False
    attributes = attributes[:_LONGEST_ATTRIBUTES]
    boilerplate = bool(_HIDDEN.search(attributes))
    suspect = boilerplate
    for match in _ATTRIBUTE.finditer(attributes):
        value = match[2] or match[3] or match[4] or ""
        if match[1].lower() == "role":
            boilerplate = boilerplate or value.strip().lower() in _BOILERPLATE_ROLES
        else:
            suspect = suspect or bool(_BOILERPLATE_NAME.search(value))
    return boilerplate, suspect or boilerplate


def _fold(text: str, *, code: bool) -> str:
    """The text as a page shows it."""
    if code:
        lines = [line.rstrip() for line in text.replace("\0", "\n").split("\n")]
        return "\n".join(line for line in lines if line)
    if "\0" not in text:
        if len(text) <= _LONG:
            return " ".join(text.split())
        # All of its words at once would take several times as much.
        return " ".join(filter(None, (" ".join(part.split()) for part in parts(text))))
    return "\n".join(folded for line in text.split("\0") if (folded := " ".join(line.split())))
