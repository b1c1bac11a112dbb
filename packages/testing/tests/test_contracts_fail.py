"""The laws find what is wrong."""

import pytest
from hypothesis import strategies as st

from headroom import Compressor, Omission, Request, View
from headroom_testing import CompressorLaws


class Text:
    name = "broken"
    kinds = ("text",)

    def compress(self, content: str, request: Request) -> View | None:
        lines = content.split("\n")
        return self.view(lines) if len(lines) > 4 else None

    def view(self, lines: list[str]) -> View:
        raise NotImplementedError


class Laws(CompressorLaws):
    __test__ = False
    kind = "text"

    def __init__(self, tested: Compressor) -> None:
        self.tested = tested

    def compressor(self) -> Compressor:
        return self.tested

    def payloads(self) -> st.SearchStrategy[str]:
        return st.nothing()


class SaysNothing(Text):
    def view(self, lines: list[str]) -> View:
        return View(lines[0], lossless=False, omissions=(Omission("lines", ((2, len(lines)),)),))


class NamesNothing(Text):
    def view(self, lines: list[str]) -> View:
        return View(f"{lines[0]}\n[left out]", lossless=False)


class NamesTooLittle(Text):
    def view(self, lines: list[str]) -> View:
        return View(
            f"{lines[0]}\n[lines 3-4 left out]",
            lossless=False,
            omissions=(Omission("lines", ((3, len(lines)),)),),
        )


class Paraphrases(Text):
    def view(self, lines: list[str]) -> View:
        return View(
            "The lines are long.\n[left out]",
            lossless=False,
            omissions=(Omission("lines", ((1, len(lines)),)),),
        )


class NotLossless(Text):
    def view(self, lines: list[str]) -> View:
        return View(lines[0], lossless=True)


class Raises(Text):
    def view(self, lines: list[str]) -> View:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "kind", [SaysNothing, NamesNothing, NamesTooLittle, Paraphrases, NotLossless, Raises]
)
def test_broken_compressors_are_found(kind: type[Text]) -> None:
    content = "\n".join(f"line number {n} of a long text" for n in range(100))
    with pytest.raises(AssertionError):
        Laws(kind())._check(content, "balanced", None, None)


def test_indeterminate_compressors_are_found() -> None:
    class Changes(Text):
        turn = 0

        def view(self, lines: list[str]) -> View:
            self.turn += 1
            kept = lines[: self.turn % 2 + 1]
            gone = Omission("lines", ((len(kept) + 1, len(lines)),))
            text = "\n".join([*kept, f"[{gone.where} left out]"])
            return View(text, lossless=False, omissions=(gone,))

    laws = Laws(Changes())
    with pytest.raises(AssertionError, match="not deterministic"):
        laws._check("\n".join(f"line number {n}" for n in range(100)), "balanced", None, None)
