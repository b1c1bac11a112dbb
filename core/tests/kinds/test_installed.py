"""Kinds of installed packages: asked wherever the core's own are, and what they do wrong is said.

Each test lays a distribution out as an installer does, and looks from a process that finds it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

#: Appointments, an indented line of details each; a day is a paragraph.
DIARY = """
import re
from headroom import Omission, Piece, View
from headroom.toolkit import marker, spans

LINE = re.compile(r"[0-9]{2}:[0-9]{2} [A-Z]")

class Diary:
    name = "diary"

    def recognise(self, source):
        lines = source.text[:5000].split("\\n")
        return len(lines) > 1 and all(LINE.match(line) for line in lines[:2])

    def compress(self, source, request):
        if request.fidelity == "lossless":
            return None
        lines = source.lines
        kept = [n for n, line in enumerate(lines) if "URGENT" in line or n == 0]
        view, expected, gone = [], 0, []
        for n in [*kept, len(lines)]:
            if n > expected:
                gone.append((expected + 1, n))
                view.append(marker(Omission("lines", (gone[-1],)).where))
            view += lines[n:n + 1]
            expected = n + 1
        return View("\\n".join(view), False, (Omission("lines", tuple(gone)),))

    def pieces(self, source):
        for number, line in enumerate(source.lines, 1):
            # What only this kind knows to be said.
            yield Piece(line.replace("appt", "appointment"), "lines", number)
"""

DAY = "\n".join(
    f"{8 + n // 6:02}:{n % 6}0 {'URGENT ' if n == 31 else 'Appt '}appt {n} with room {n * 7}"
    for n in range(60)
)
PROSE = " ".join(f"On day {n} the harbour was dredged, and its crane replaced." for n in range(20))


class Installed:
    """A folder with packages in it, as in site-packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, package: str, source: str, *points: str) -> None:
        (self.folder / f"{package}.py").write_text(source)
        info = self.folder / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("\n".join(["[headroom.kinds]", *points]))

    def run(self, program: str, **inputs: object) -> tuple[Any, str]:
        """What a program makes of ``inputs`` as its ``answer``, and what it logged."""
        script = "\n".join(
            [
                "import json, sys",
                "from headroom import Pipeline, SharedContext, compress, get_counter",
                "globals().update(json.load(sys.stdin))",
                textwrap.dedent(program),
                "print(json.dumps(answer))",
            ]
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            input=json.dumps(inputs),
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), done.stderr


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    return Installed(tmp_path)


MIXTURES: dict[str, tuple[str, str]] = {
    "alone": (DAY, "diary"),
    "between paragraphs": (f"{PROSE}\n\n{DAY}\n\n{PROSE}", "mixed"),
    "days": (f"{PROSE}\n\n{DAY}\n\n{DAY}\n\n{PROSE}", "mixed"),
    "after what leads over": (f"{PROSE}\n\nThis is the day:\n{DAY}\n\n{PROSE}", "mixed"),
    "at the end": (f"{PROSE}\n\n{DAY}", "mixed"),
    "in a fence": (f"{PROSE}\n\n```\n{DAY}\n```\n\n{PROSE}", "mixed"),
    "between dividers": (f"{PROSE}\n\n----------\n\n{DAY}\n\n----------\n\n{PROSE}", "mixed"),
    "in a JSON string": (json.dumps({"ok": True, "output": "\n".join([DAY] * 3)}), "json"),
    "in a mixed text in a JSON string": (
        json.dumps({"ok": True, "output": "\n\n".join([PROSE, DAY, DAY, DAY, PROSE])}),
        "json",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process with the diary installed makes of each mixture, and of a name."""
    diary = Installed(tmp_path_factory.mktemp("site"))
    diary.add("diary_kind", DIARY, "diary = diary_kind:Diary")
    answer, logged = diary.run(
        """
        answer = {}
        ctx = SharedContext()
        for name, text in texts.items():
            entry = ctx.put(name, text)
            found = ctx.retrieve(name, query="appointment 44", max_tokens=60)
            lost = [ctx.retrieve(name, place=one.where, max_tokens=10**6).text
                    for one in entry.omissions]
            answer[name] = [entry.kind, entry.transforms, entry.compressed, found.text,
                            "".join(lost), [one.ranges for one in entry.omissions]]
        try:
            compress(texts["alone"], kind="diaries")
        except ValueError as error:
            answer["named"] = [compress(texts["alone"], kind="diary").transforms, str(error)]
        """,
        texts={name: text for name, (text, _) in MIXTURES.items()},
    )
    assert not logged
    found: dict[str, Any] = answer
    return found


@pytest.mark.parametrize("name", MIXTURES)
def test_an_installed_kind_is_asked_wherever_it_stands(asked: dict[str, Any], name: str) -> None:
    got, transforms, view, found, lost, _ = asked[name]
    assert (got, "diary" in transforms) == (MIXTURES[name][1], True)
    assert "URGENT appt 31 with room 217" in view
    assert "appt 44 with" not in view
    # By the words that its pieces alone have, and by the place that a marker names.
    assert "appointment 44 with room 308" in found
    assert "appt 44 with room 308" in lost


@pytest.mark.parametrize(
    ("name", "first", "days"),
    [("between paragraphs", 3, 1), ("days", 3, 2), ("after what leads over", 4, 1)],
)
def test_what_stands_around_it_is_none_of_it(
    asked: dict[str, Any], name: str, first: int, days: int
) -> None:
    end = first + len(DAY.split("\n")) * days + days - 2
    # Lines are counted in the whole: what is left out of it, and what of the text around it.
    places = [place for ranges in asked[name][5] for place in ranges]
    assert any(first <= start and stop <= end for start, stop in places)
    assert all(stop < first or first <= start for start, stop in places)
    assert all(stop <= end or end < start for start, stop in places)


def test_an_installed_kind_is_named_by_its_name(asked: dict[str, Any]) -> None:
    transforms, said = asked["named"]
    assert transforms == ["diary"]
    assert "diary" in said.partition("not")[0]


def test_it_has_what_another_kind_would_take_for_its_own_with_all_around(
    installed: Installed,
) -> None:
    # Blocks of lines of one shape are records, whatever stands before and after them.
    source = DIARY.replace('r"[0-9]{2}:[0-9]{2} [A-Z]"', 'r"(BEGIN|N):"')
    installed.add("diary_kind", source, "diary = diary_kind:Diary")
    cards = "\n".join(f"BEGIN:CARD\nN:{n}\nSTATE:paid\nEND:CARD" for n in range(60))
    answer, _ = installed.run(
        "answer = [[compress(text).kind, compress(text).transforms] for text in texts]",
        texts=[
            f"They are these.\n\n{cards}\n\nThat is all.",
            f"They are these.\n\n{cards.replace('CARD', 'DECK').replace('BEGIN', 'START')}\n\nEnd.",
        ],
    )
    assert answer[0] == ["mixed", ["diary", "router"]]
    assert answer[1] == ["records", ["record_compressor"]]


def test_a_long_text_is_shown_a_few_times_and_no_more(installed: Installed) -> None:
    counts = later(
        DIARY,
        "recognise(self, source)",
        "diary_kind = __import__('diary_kind')\n        diary_kind.shown += len(source.text)\n"
        "        return bool(LINE.match(source.text))",
    )
    installed.add("diary_kind", counts + "\nshown = 0", "diary = diary_kind:Diary")
    text = "\n\n".join(["It rained, and the river rose."] * 6000 + [DAY] * 300)
    answer, _ = installed.run(
        """
        import diary_kind
        answer = [compress(text).transforms, diary_kind.shown]
        """,
        text=text,
    )
    assert "diary" in answer[0]
    assert answer[1] < 20 * len(text)


#: What may be wrong with an entry point, and what is said of it.
BAD: dict[str, tuple[str, str, str]] = {
    "cannot be imported": ("import nowhere_to_be_found", "bad:Kind", "cannot be loaded"),
    "is not there": ("", "bad:Kind", "cannot be loaded"),
    "takes arguments": ("class Kind:\n def __init__(self, a): 0", "bad:Kind", "cannot be loaded"),
    "has no name": (
        "class Kind:\n def recognise(self, s): 0\n def compress(self, s, r): 0",
        "bad:Kind",
        "it has no name",
    ),
    "has a name that exists": (
        "class Kind:\n name = 'json'\n def recognise(self, s): 0\n def compress(self, s, r): 0",
        "bad:Kind",
        "there is a kind 'json' already, of headroom-core",
    ),
    "has a name that no kind may have": (
        "class Kind:\n name = 'mixed'\n def recognise(self, s): 0\n def compress(self, s, r): 0",
        "bad:Kind",
        "there is a kind 'mixed' already, of headroom-core",
    ),
    "has the name of another package's": (
        "class Kind:\n name = 'diary'\n def recognise(self, s): 0\n def compress(self, s, r): 0",
        "bad:Kind",
        "there is a kind 'diary' already, of diary_kind",
    ),
    "lacks a recogniser": (
        "class Kind:\n name = 'bad'\n def compress(self, s, r): 0",
        "bad:Kind",
        "it has no recognise",
    ),
    "lacks a compressor": (
        "class Kind:\n name = 'bad'\n def recognise(self, s): 0",
        "bad:Kind",
        "it has no compress",
    ),
    "lacks both": ("class Kind:\n name = 'bad'", "bad:Kind", "it has no recognise and no compress"),
    "raises at once": (
        "class Kind:\n name = 'bad'\n def recognise(self, s): 1 / 0\n def compress(self, s, r): 0",
        "bad:Kind",
        "its recogniser raised ZeroDivisionError",
    ),
    "ends the process": ("raise SystemExit('no numpy')", "bad:Kind", "cannot be loaded"),
    "ends the process when asked": (
        "class Kind:\n name = 'bad'\n def recognise(self, s): raise SystemExit\n"
        " def compress(self, s, r): 0",
        "bad:Kind",
        "its recogniser raised SystemExit",
    ),
    "raises when it says how it is": (
        "class Kind:\n name = 'bad'\n compressor = property(lambda self: 1 / 0)\n"
        " def recognise(self, s): 0\n def compress(self, s, r): 0",
        "bad:Kind",
        "it cannot be loaded",
    ),
    "claims everything that is long": (
        "class Kind:\n name = 'bad'\n def recognise(self, s): return len(s.text) > 2500\n"
        " def compress(self, s, r): 0",
        "bad:Kind",
        "its recogniser claims texts of every sort",
    ),
    "claims everything": (
        "class Kind:\n name = 'bad'\n def recognise(self, s): return bool(s.text)\n"
        " def compress(self, s, r): 0",
        "bad:Kind",
        "its recogniser claims texts of every sort",
    ),
}


def test_what_is_wrong_with_a_package_is_said_and_the_others_work(installed: Installed) -> None:
    installed.add("diary_kind", DIARY, "diary = diary_kind:Diary")
    for number, (source, point, _) in enumerate(BAD.values()):
        module = f"bad_kind_{number:02}"
        installed.add(module, source, f"point{number} = {point.replace('bad', module, 1)}")
    answer, logged = installed.run(
        """
        answer = [compress(day).transforms, compress(rows).transforms, compress(rows).failure]
        """,
        day=DAY,
        rows=[{"id": n, "state": "paid"} for n in range(60)],
    )
    assert answer == [["diary"], ["smart_crusher"], None]
    lines = logged.splitlines()
    for number, (_, _, said) in enumerate(BAD.values()):
        begin = f"the kind 'point{number}' of bad_kind_{number:02} is not used: "
        assert any(line.startswith(begin) and said in line for line in lines), (begin, said, logged)
    assert len(lines) == len(BAD)


def test_entry_points_that_cannot_be_read_stop_no_others(installed: Installed) -> None:
    installed.add("diary_kind", DIARY, "diary = diary_kind:Diary")
    installed.add("bad_kind", "", "evil bad_kind:Kind")
    answer, logged = installed.run(
        "answer = [compress(text).transforms for text in texts]",
        texts=[DAY, json.dumps([{"id": n, "state": "paid"} for n in range(60)])],
    )
    assert answer == [["diary"], ["smart_crusher"]]
    # What Python makes of such a line differs between its versions.
    assert logged.count("bad_kind") == len(logged.splitlines()) <= 1


def test_kinds_are_found_wherever_packages_can_be(installed: Installed, tmp_path: Path) -> None:
    """In an archive, in an egg, and by a finder that goes by no path."""
    installed.add("diary_kind", DIARY, "diary = diary_kind:Diary")
    programs = {
        "archive": "shutil.make_archive(f'{site}.away', 'zip', site); path = f'{site}.away.zip'",
        "egg": (
            "path = f'{site}.egg'; shutil.copytree(site, path); "
            "os.rename(f'{path}/diary_kind-1.0.dist-info', f'{path}/EGG-INFO'); "
            "os.rename(f'{path}/EGG-INFO/METADATA', f'{path}/EGG-INFO/PKG-INFO')"
        ),
        "finder": (
            "path = None; from importlib.machinery import PathFinder; "
            "from importlib.metadata import DistributionFinder, PathDistribution; import pathlib; "
            "Finder = type('Finder', (), dict(find_spec=lambda name, path, target=None: "
            "PathFinder.find_spec(name, [site]) if name == 'diary_kind' else None, "
            "find_distributions=lambda context=None: [PathDistribution("
            "pathlib.Path(site, 'diary_kind-1.0.dist-info'))])); sys.meta_path.append(Finder)"
        ),
    }
    for where, program in programs.items():
        answer, logged = installed.run(
            f"""
            import os, shutil
            sys.path.remove(site)
            {program}
            if path: sys.path.append(path)
            answer = compress(text).transforms
            """,
            text=DAY,
            site=str(tmp_path),
        )
        assert (where, answer, logged) == (where, ["diary"], "")


def test_where_no_package_has_a_kind_the_slow_look_is_not_taken(installed: Installed) -> None:
    installed.add("other", "")
    (installed.folder / "other-1.0.dist-info" / "entry_points.txt").write_text("[other]\na = b:c\n")
    (installed.folder / "old.egg-info").write_text("Name: old\n")
    (installed.folder / "pure-1.0.dist-info").mkdir()
    answer, logged = installed.run(
        """
        sys.path.append("/nowhere")
        answer = [compress(text).kind, "importlib.metadata" in sys.modules]
        """,
        text=json.dumps([{"id": n, "state": "paid"} for n in range(60)]),
    )
    assert (answer, logged) == (["json", False], "")


def test_a_compressor_that_ends_the_process_ends_none(installed: Installed) -> None:
    ends = DIARY.replace("        lines = source.lines\n", "        raise SystemExit(3)\n")
    installed.add("bad_kind", ends, "diary = bad_kind:Diary")
    answer, logged = installed.run(
        """
        entry = SharedContext().put("day", text)
        answer = [entry.compressed == text, entry.failure]
        """,
        text=DAY,
    )
    assert answer == [True, "diary failed on this diary: RuntimeError"]
    assert "the kind 'diary' of bad_kind: compress raised SystemExit" in logged


def later(source: str, method: str, body: str) -> str:
    """A kind with something wrong that shows on some texts alone."""
    return f"{source}\n    def {method}:\n        {body}\n"


#: What may go wrong later, and what is said of it.
LATER: dict[str, tuple[str, str]] = {
    "recognise raised RuntimeError": (
        "recognise(self, source)",
        "if 'harbour' in source.text: raise RuntimeError('secret harbour')\n"
        "        return source.text.startswith('08:00 A')",
    ),
    "pieces raised KeyError": ("pieces(self, source)", "yield {}[1]"),
    "pieces raised TypeError": ("pieces(self, source)", "return [1, 2]"),
    "span raised ValueError": ("span(self, source, line)", "return (line, line)"),
    "span raised IndexError": ("span(self, source, line)", "return source.lines[10**6]"),
    "may_be raised OSError": ("may_be(self, source)", "raise OSError"),
    "data raised OSError": ("data(self, source)", "raise OSError"),
    "symbols raised OSError": ("symbols(self, source)", "raise OSError"),
    "leaves raised OSError": ("leaves(self, source)", "raise OSError"),
    "arrange raised ValueError": ("arrange(self, *args)", "return [10**6]"),
    "gist raised OSError": ("gist(self, view)", "raise OSError"),
    "condense raised TypeError": ("condense(self, source)", "return source.text"),
    "symbols raised SystemExit": ("symbols(self, source)", "raise SystemExit"),
}


def test_what_goes_wrong_later_is_said_once(installed: Installed) -> None:
    days = []
    for letter, (method, body) in zip("ABCDEFGHIJKLMNOP", LATER.values()):
        # One kind each: its appointments begin with its own letter.
        source = DIARY.replace("[A-Z]", letter).replace('"diary"', f'"diary_{letter}"')
        installed.add(f"kind_{letter}", later(source, method, body), f"k = kind_{letter}:Diary")
        days.append(DAY.replace("Appt", f"{letter}ppt"))
    rows = json.dumps([{"id": n, "state": "paid"} for n in range(400)])
    answer, logged = installed.run(
        """
        ctx = SharedContext()
        answer = []
        for number, text in enumerate(texts):
            entry = ctx.put(str(number), text)
            answer.append([entry.failure, entry.savings_percent > 20])
            assert ctx.retrieve(str(number), query="44 300").text
            for asked in ({"rows": 1}, {"path": "/a"}):
                try:
                    ctx.retrieve(str(number), **asked)
                except ValueError:
                    pass  # there is no such thing in a diary
        """,
        texts=[
            rows,
            f"{PROSE}\n\n{rows}\n\n{PROSE}",
            *days,
            *(f"{PROSE}\n\n{day}\n\n{PROSE}\n\nThe end, 300." for day in days),
        ],
    )
    assert answer == [[None, True]] * len(answer)
    said = [
        f"the kind 'diary_{letter}' of kind_{letter}: {x}"
        for letter, x in zip("ABCDEFGHIJKLMNOP", LATER)
    ]
    assert sorted(logged.splitlines()) == sorted(said)


def test_a_recogniser_that_is_slow_is_asked_no_more(installed: Installed) -> None:
    slow = later(
        DIARY,
        "recognise(self, source)",
        "import diary_kind; diary_kind.now += 1; diary_kind.calls += 1\n        return False",
    )
    installed.add("diary_kind", slow + "\nnow = calls = 0", "diary = diary_kind:Diary")
    answer, logged = installed.run(
        """
        compress("warm")
        import diary_kind
        diary_kind.calls = 0
        pipeline = Pipeline(max_seconds=60, clock=lambda: diary_kind.now)
        result = pipeline.compress(text, counter=get_counter())
        answer = [result.failure, result.transforms, diary_kind.calls]
        """,
        text="\n\n".join([*[f"It rained in the night of the {n}th." for n in range(200)], "{}"])
        + "\n\n" + json.dumps([{"id": n, "state": "paid"} for n in range(400)]) + "\n",
    )  # fmt: skip
    failure, transforms, calls = answer
    assert failure is None
    assert "smart_crusher" in transforms
    assert calls < 20
    assert logged.count("recognise takes too long") == 1


def test_a_compressor_that_gives_no_view_gives_the_original_back(installed: Installed) -> None:
    broken = later(DIARY, "compress(self, source, request)", "return 'secret'")
    installed.add("diary_kind", broken, "diary = diary_kind:Diary")
    answer, logged = installed.run(
        "result = compress(day); answer = [result.text, result.failure]", day=DAY
    )
    assert answer == [DAY, "diary failed on this diary: TypeError"]
    assert "diary failed" in logged
    assert "secret" not in logged
