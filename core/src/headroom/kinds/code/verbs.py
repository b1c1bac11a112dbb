"""What people say of a function, and what programmers call it.

Chosen by hand from how standard libraries name what they do: ``parse``, ``loads`` and ``decode``
read, ``dumps`` and ``encode`` write, ``repr`` and ``format`` print. Only names are looked
through for these: in the text of a function such words stand for many things.
"""

from __future__ import annotations

from headroom.scanning import terms

__all__ = ["named_alike"]

_ALIKE = """
    parse read decode load deserialize unmarshal scan lex tokenize
    write encode dump serialize marshal emit save store
    print format render pretty prettify display show stringify repr humanize write
    check validate verify ensure assert test is
    convert transform translate cast coerce to
    compute calculate calc count measure
    split tokenize partition chunk divide break
    join merge combine concat concatenate append
    wait sleep delay pause backoff
    build make create construct generate new
    walk traverse visit iterate each
    choose select pick
    begin start open enter
    close finish end shutdown quit exit
    delete remove drop clear erase discard
    get fetch retrieve obtain lookup find
    match compare equal same eq
    copy clone duplicate
    time duration seconds elapsed eta
    order sort rank
    cache memo memoize remember
    run execute call invoke process perform
    update merge
    limit clamp truncate shorten cap
    escape quote sanitize
"""


def _groups() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _ALIKE.strip().splitlines():
        group = frozenset(terms(line))
        for term in group:
            found[term] = found.get(term, frozenset()) | (group - {term})
    return found


_NAMED_ALIKE = _groups()


def named_alike(term: str) -> frozenset[str]:
    """The terms that functions are called by which do what a term says.

    >>> sorted(named_alike("copy")), sorted(named_alike("queen"))
    (['clon', 'duplicat'], [])
    """
    return _NAMED_ALIKE.get(term, frozenset())
