"""Reads XML as data: one pass, no entities but those of characters, nothing fetched.

A tag is a member of what it stands in; tags of one name are a list. Attributes are members of
their tag, under their names. What has but text is that text; beside attributes, it is called
``text``, and so is text with tags in it, as it was written. Where tags of several names take turns,
they are a list in their order, and each says its name as ``tag``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape

from headroom.errors import WrongKind
from headroom.kinds.xml.members import members_of
from headroom.kinds.xml.rows import LARGE, MANY, PackedValues, may_stay, unpacked
from headroom.source import Source
from headroom.toolkit.rows.values import Json

__all__ = ["Reading", "first_document", "read", "read_document"]

#: Deeper documents are not taken: Python, and every reader, would give up too.
MAX_DEPTH = 150
#: Tags between two looks at the clock.
_CHECK_EVERY = 200
#: The share of a document that its longest text has where the tags are but a wrapper around it.
_WRAPPER = 0.5
#: The share of a document that is text with tags in it where it is to be read as prose.
_PROSE = 0.4

_TAG = re.compile(
    r"<([^\s<>/=!?\"'&]+)((?:\s+[^\s<>/=\"'&]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*(/?)>"
)
_ATTRIBUTE = re.compile(r"([^\s<>/=\"'&]+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
# A tag with nothing but text in it, as most are: read at once.
_LEAF = re.compile(r"<([^\s<>/=!?\"'&]+)>([^<]*)</\1\s*>")
_CLOSING = re.compile(r"</([^\s<>/=]+)\s*>")
_DECLARATION = re.compile(r"<\?xml\s[^<>]{0,300}\?>", re.IGNORECASE)


@dataclass
class Reading:
    """A document, read."""

    value: dict[str, Json]
    #: Name of the outermost tag.
    root: str
    #: Index of the character after it.
    end: int
    #: How many tags were read.
    tags: int
    #: Characters of the longest text, and of all text with tags in it.
    longest: int
    mixed: int
    is_cut_off: bool = False

    def is_data(self, size: int) -> bool:
        """Whether the tags are what it consists of, and no wrapper around a text.

        Args:
            size: Characters of the document.

        """
        return self.longest <= _WRAPPER * size and self.mixed <= _PROSE * size


@dataclass(slots=True)
class _Element:
    """A tag that is open."""

    name: str
    attributes: dict[str, Json]
    #: Index of the character after the tag.
    start: int
    #: The tags in it: their names, and what they hold.
    names: list[str] = field(default_factory=list)
    values: list[Json] | PackedValues = field(default_factory=list)
    #: Of these, what has packed values in it.
    held: list[Json] = field(default_factory=list)
    #: What stands between its tags and around them; nothing behind the first.
    texts: list[str] = field(default_factory=list)
    #: Whether any of the texts is more than white space.
    has_text: bool = False

    def add(self, name: str, value: Json) -> None:
        """Adds what stands in it."""
        self.names.append(name)
        self.values.append(value)

    def pack(self) -> None:
        """Keeps what stands in it, and what will, in a small space, if it may."""
        if self.held or type(self.values) is PackedValues:
            return
        packed = PackedValues()
        for value in self.values:
            packed.append(value)
        self.values = packed


def read(source: Source) -> Reading:
    """The document that a whole text is, read once: ``source.once(read)``.

    Raises:
        WrongKind: The text is no XML, or no data.

    """
    reading = source.once(first_document)
    if source.text[reading.end :].strip() or not reading.is_data(len(source.text)):
        raise WrongKind("no document of data")
    return reading


def first_document(source: Source) -> Reading:
    """The document that a text begins with, read once: ``source.once(first_document)``.

    Raises:
        WrongKind: As ``read_document``.

    """
    return read_document(source.text, 0, source.deadline.check)


def read_document(text: str, start: int, check: Callable[[], None]) -> Reading:
    """The document that begins at a place of a text; cut off, it is what there is.

    Args:
        text: The text.
        start: Index of the character at which it begins.
        check: Called now and then, to watch the time.

    Raises:
        WrongKind: It is not well-formed, declares entities, or is nested too deeply.

    >>> read_document('<a id="1"><b>x</b><b>y</b></a>', 0, lambda: None).value
    {'a': {'id': '1', 'b': ['x', 'y']}}

    """
    return _Reader(text, start, check).read()


class _Reader:
    def __init__(self, text: str, start: int, check: Callable[[], None]) -> None:
        self._text = text
        self._at = start
        self._check = check
        self._is_large = len(text) >= LARGE
        # The same ones come again and again.
        self._names: dict[str, str] = {}
        self._open = [_Element("", {}, start)]
        self._reading = Reading({}, "", start, 0, 0, 0)

    def read(self) -> Reading:
        text, reading = self._text, self._reading
        turns = 0
        while True:
            turns += 1
            if turns % _CHECK_EVERY == 0:
                self._check()
            at = text.find("<", self._at)
            end = len(text) if at < 0 else at
            if end > self._at:
                self._characters(self._at, end)
            leaf = None if at < 0 else _LEAF.match(text, at)
            if leaf is not None:
                self._leaf(leaf)
            elif at < 0 or not self._markup(at):
                self._cut_off()
                break
            if len(self._open) == 1 and reading.root:
                break
        reading.value = members_of(self._open[0].names, self._open[0].values)
        reading.end = self._at
        return reading

    def _characters(self, start: int, end: int) -> None:
        said = self._text[start:end]
        here = self._open[-1]
        if not here.names:
            here.texts.append(said)
        if not said.isspace():
            if len(self._open) == 1:
                raise WrongKind("text outside of tags")
            here.has_text = True
            self._reading.longest = max(self._reading.longest, end - start)

    def _markup(self, at: int) -> bool:
        """Reads what begins with an angle bracket; whether it is whole."""
        text = self._text
        sign = text[at + 1 : at + 2]
        if sign in ("!", "?"):
            return self._no_tag(at)
        match = (_CLOSING if sign == "/" else _TAG).match(text, at)
        if match is None:
            if text.find(">", at) >= 0:
                raise WrongKind("not well-formed")
            return False
        self._at = match.end()
        if sign == "/":
            self._close(match[1], at)
        else:
            self._tag(match)
        return True

    def _no_tag(self, at: int) -> bool:
        """Reads a comment, text as it is, or a declaration; whether it is whole."""
        text = self._text
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
            if end >= 0:
                said = " ".join(text[at + 4 : end].split())
                if said:
                    self._open[-1].add("comment", said)
                self._at = end + 3
            return end >= 0
        if text.startswith("<![CDATA[", at):
            end = text.find("]]>", at + 9)
            if end >= 0:
                self._open[-1].texts.append(text[at + 9 : end].replace("&", "&amp;"))
                self._open[-1].has_text = True
                self._reading.longest = max(self._reading.longest, end - at)
                self._at = end + 3
            return end >= 0
        return self._declaration(at)

    def _declaration(self, at: int) -> bool:
        """What the format says of itself is no data; what programs are told is."""
        text = self._text
        end = text.find(">", at)
        if end < 0:
            return False
        said = text[at : end + 1]
        if said.startswith("<!"):
            if said[:9].upper() != "<!DOCTYPE" or "[" in said:
                raise WrongKind("it declares what it consists of")
        elif not said.endswith("?>"):
            raise WrongKind("not well-formed")
        elif not _DECLARATION.fullmatch(said):
            self._open[-1].add("instruction", said[2:-2].strip())
        self._at = end + 1
        return True

    def _tag(self, match: re.Match[str]) -> None:
        name, attributes, is_empty = match.groups()
        name = self._names.setdefault(name, name)
        self._reading.tags += 1
        self._reading.root = self._reading.root or name
        said: dict[str, Json] = {}
        found = _ATTRIBUTE.findall(attributes) if attributes else ()
        for number, (key, double, single) in enumerate(found, 1):
            if number % _CHECK_EVERY == 0:
                self._check()
            if key in said:
                raise WrongKind("an attribute is there twice")
            value = double or single
            said[self._names.setdefault(key, key)] = unescape(value) if "&" in value else value
        self._open.append(_Element(name, said, match.end()))
        if len(self._open) > MAX_DEPTH:
            raise WrongKind("nested too deeply")
        if is_empty:
            self._close(name, match.end())

    def _leaf(self, match: re.Match[str]) -> None:
        """Reads a tag with its end, and the text between."""
        name, text = match.groups()
        name = self._names.setdefault(name, name)
        reading = self._reading
        reading.tags += 1
        reading.root = reading.root or name
        if len(self._open) >= MAX_DEPTH:
            raise WrongKind("nested too deeply")
        if text and not text.isspace():
            if len(text) > reading.longest:
                reading.longest = len(text)
            text = (unescape(text) if "&" in text else text).strip()
        else:
            text = ""
        around = self._open[-1]
        around.names.append(name)
        around.values.append(text)
        self._at = match.end()

    def _close(self, name: str, at: int) -> None:
        element = self._open.pop()
        if not self._open or element.name != name:
            raise WrongKind("not well-formed")
        value = self._value(element, at)
        around = self._open[-1]
        if element.held or type(element.values) is PackedValues:
            if type(around.values) is list and may_stay(value, element.held):
                around.held.append(value)
            else:
                value = unpacked(value)
        around.names.append(name)
        around.values.append(value)
        if self._is_large and len(around.names) % MANY == 0:
            around.pack()

    def _value(self, element: _Element, end: int) -> Json:
        """What a tag holds, as data."""
        said = ""
        members: dict[str, Json] = {}
        if element.has_text and element.names:
            said = self._text[element.start : end].strip()
            self._reading.mixed += 0 if len(said) > self._reading.longest * 4 else len(said)
        elif element.has_text:
            said = unescape("".join(element.texts)).strip()
        elif element.names:
            members = members_of(element.names, element.values)
        if not element.attributes and not members:
            return said
        value = element.attributes
        for key, member in members.items():
            # An attribute may have the name of a tag.
            value[key if key not in value else f"<{key}>"] = member
        if said:
            value["text" if "text" not in value else "<text>"] = said
        return value

    def _cut_off(self) -> None:
        """Closes what is open; what remains is kept as it is."""
        rest = self._text[self._at :].strip()
        if not self._reading.root:
            raise WrongKind("no tags")
        if rest.startswith("<"):
            self._open[-1].add("cut off", rest)
        self._at = len(self._text)
        self._reading.is_cut_off = True
        while len(self._open) > 1:
            self._close(self._open[-1].name, len(self._text))
