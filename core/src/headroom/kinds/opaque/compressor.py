"""The compressor for what nobody reads."""

from __future__ import annotations

from headroom.errors import WrongKind
from headroom.kinds.opaque.parse import condense
from headroom.kinds.opaque.recognise import looks_opaque
from headroom.source import Source
from headroom.toolkit.excerpt import excerpt
from headroom.toolkit.kind import BaseKind, Condensed
from headroom.view import Request, View

__all__ = ["Opaque"]


class Opaque(BaseKind):
    """Says what it is, how large, and where it stands, in place of what no model reads.

    Encoded bytes (base64, hex, data URIs, PEM), vectors, hex dumps, minified code, long tokens and
    what is no text at all. Wherever they stand, in a payload of any kind: that kind sees notes.

    >>> import base64
    >>> from headroom.tokens import get_counter
    >>> counter = get_counter()
    >>> image = base64.b64encode(b"GIF89a" + bytes([64, 0, 48, 0]) + bytes(range(256)) * 4).decode()
    >>> request = Request("opaque", counter, counter.count(image))
    >>> Opaque().compress(Source(image), request).text
    '[line 1 left out: image/gif 64x48 1034 bytes in base64]'

    """

    name = "opaque"
    is_sure = True
    stands_in_text = False

    def recognise(self, source: Source) -> bool:
        """Whether nearly all of it is of no use to a reader."""
        return looks_opaque(source)

    def condense(self, source: Source) -> Condensed | None:
        """A text with notes in place of what nobody reads."""
        return source.once(condense)

    def compress(self, source: Source, request: Request) -> View | None:
        """The notes, and what stands between them.

        Raises:
            WrongKind: There is nothing of that in it.

        """
        condensed = source.once(condense)
        if condensed is None:
            raise WrongKind("nothing in it that a model could not read")
        if request.fidelity == "lossless" and request.max_tokens is None:
            return None
        view = View(condensed.source.text, lossless=False)
        if not request.fits(condensed.finished(view.text)):
            some = excerpt(condensed.source, request)
            view = view if some is None else some
        return View(
            condensed.finished(view.text),
            lossless=False,
            omissions=condensed.with_notes(view.omissions),
        )
