"""Fits the weights of ``headroom.tokens.EstimateCounter`` to exact counts of o200k.

It takes text of many kinds from the machine that it runs on (the standard library, installed
packages, manuals, translations, logs) and generates what a machine seldom has (records, logs,
tables, identifiers). It needs ``toktok-rs`` and nothing else::

    python benchmarks/calibrate_estimate.py                 # the error by kind, as it stands
    python benchmarks/calibrate_estimate.py --fit           # and new weights, ready to paste
    python benchmarks/calibrate_estimate.py --root ~/.cache # with more places to look for text

The fit is weighted least squares of the relative error, reweighted towards least absolute error,
with a little ridge. A quarter of the texts is held out, and the error is measured on them.
"""

from __future__ import annotations

import argparse
import base64
import csv
import datetime
import difflib
import gettext
import inspect
import io
import json
import random
import re
import sysconfig
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import toktok  # type: ignore[import-untyped]

from headroom.tokens import EstimateCounter
from headroom.tokens.estimate import shapes

Material = list[tuple[str, str]]

# The shapes whose weights are fitted: in the coarse kinds, in those beyond ASCII, in the fine
# kinds, in the text. Found by backward elimination among 146.
SHAPES: dict[str, tuple[str, ...]] = {
    "_IN_COARSE": (
        "a", "A", "0", " ", "n", ".", " a", " A", " 0", " .", ".a", ".A", ".0", ".n", "n ", "nA",
        "n.", "aA", "Aa", "a0", "0a", "A0", "0A", "a.", "0.", "aaa", "aaaaa", "AA", "AAA", "00",
        "..", "...", "........", "  ", "   ", "        ", "nn", "aAa", "0A0",
        "0a0", "0.0",
    ),
    "_IN_SCRIPTS": (
        "~", "l", "G", "Y", "H", "I", "^", "J", "C", "K", "E", "GG", "YY", "HH", "II", "JJ", "CC",
        "KK", "YYYYY", "GGGGG", "JC", "CJ", "al", "la",
    ),
    "_IN_FINE": ("vc", "_", '"', '":', "--", "q"),
    "_IN_TEXT": (" the", " of ", "tion"),
}  # fmt: skip
NAMES = [(table, shape) for table, names in SHAPES.items() for shape in names]

#: What a file of each ending is, and how many files of it are read.
FILES = {
    ".py": ("python", 400), ".js": ("javascript", 120), ".ts": ("javascript", 60), ".c": ("c", 60),
    ".h": ("c", 60), ".html": ("html", 180), ".rst": ("rst", 140), ".md": ("markdown", 160),
    ".json": ("json", 150), ".csv": ("csv", 50), ".yaml": ("config", 50), ".toml": ("config", 40),
    ".css": ("css", 20), ".sh": ("shell", 20), ".po": ("translation", 40), ".log": ("log", 12),
    ".txt": ("prose", 120),
}  # fmt: skip
#: Languages that payloads are most often written in, beside English.
LANGUAGES = {
    "ar", "cs", "de", "el", "es", "fa", "fr", "he", "hi", "it", "ja", "ko", "nl", "pl", "pt", "ru",
    "sv", "th", "tr", "uk", "vi", "zh_CN", "zh_TW",
}  # fmt: skip

#: Kinds that agents hand over most count more.
TRUST = {"records": 2.0, "json": 2.0, "search": 2.0, "prose": 1.5, "reports": 1.5, "python": 1.5}

_random = random.Random(7)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--fit", action="store_true", help="print new weights")
    parser.add_argument("--root", action="append", default=[], help="another place to look in")
    options = parser.parse_args()
    roots = [
        sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), "/usr/share", "/var/log",
        *options.root,
    ]  # fmt: skip
    material = [*installed([Path(root).expanduser() for root in roots]), *generated()]
    exact = toktok.batch_count([text for _, text in material], "o200k_base")
    estimate = EstimateCounter()
    held_out = [number % 4 == 0 for number in range(len(material))]
    counted = [float(estimate.count(text)) for _, text in material]
    show(material, exact, counted, held_out)
    if options.fit:
        weights = fit(material, exact, held_out)
        fitted = [
            max(1.0, sum(w * f for w, f in zip(weights, features(text)))) for _, text in material
        ]
        show(material, exact, fitted, held_out)
        for table, names in SHAPES.items():
            print(f"{table}: dict[str, float] = {{")
            for name in names:
                print(f"    {json.dumps(name)}: {weights[NAMES.index((table, name))]:.3f},")
            print("}")


def features(text: str) -> list[int]:
    """How often each shape occurs."""
    coarse, fine, raw = shapes(text)
    places = {"_IN_COARSE": coarse, "_IN_SCRIPTS": coarse, "_IN_FINE": fine, "_IN_TEXT": raw}
    return [places[table].count(shape.encode()) for table, shape in NAMES]


def show(
    material: Material, exact: Sequence[int], counted: Sequence[float], chosen: Sequence[bool]
) -> None:
    """Prints the mean error of texts of each kind, beside that of four characters a token."""
    errors: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for (kind, text), true, guess, take in zip(material, exact, counted, chosen):
        if take and true >= 50:
            errors[kind].append((abs(guess / true - 1), abs(len(text) / 4 / true - 1)))
    print(f"{'kind':<14}{'texts':>6}{'estimate':>10}{'chars/4':>10}")
    for kind, pairs in sorted(errors.items()):
        ours, rough = (100 * sum(column) / len(pairs) for column in zip(*pairs))
        print(f"{kind:<14}{len(pairs):>6}{ours:>9.1f}%{rough:>9.1f}%")


def fit(material: Material, exact: Sequence[int], held_out: Sequence[bool]) -> list[float]:
    """Weights that make the relative error small."""
    often = Counter(kind for kind, _ in material)
    rows: list[list[float]] = []
    trust: list[float] = []
    for (kind, text), true, held in zip(material, exact, held_out):
        if held or not true:
            continue
        rows.append([count / true for count in features(text)])
        trust.append(
            TRUST.get(kind, 1.0) * often[kind] ** -0.5 * (0.15 if len(text) <= 300 else 1.0)
        )
    scale = [
        (sum(row[column] ** 2 for row in rows) / len(rows)) ** 0.5 + 1e-9
        for column in range(len(NAMES))
    ]
    rows = [[value / size for value, size in zip(row, scale)] for row in rows]
    weights = [0.0] * len(NAMES)
    now = list(trust)
    for _ in range(5):
        weights = _solve(rows, now)
        for number, row in enumerate(rows):
            error = abs(sum(w * value for w, value in zip(weights, row) if value) - 1)
            now[number] = trust[number] / max(0.02, error)
    return [weight / size for weight, size in zip(weights, scale)]


def _solve(rows: Sequence[Sequence[float]], trust: Sequence[float]) -> list[float]:
    """Ridge regression to 1 by the normal equations."""
    size = len(rows[0])
    matrix = [[0.0] * (size + 1) for _ in range(size)]
    for row, weight in zip(rows, trust):
        filled = [(column, value) for column, value in enumerate(row) if value]
        for one, value in filled:
            line, scaled = matrix[one], value * weight
            line[size] += scaled
            for other, second in filled:
                line[other] += scaled * second
    ridge = 2e-5 * sum(trust)
    for pivot in range(size):
        matrix[pivot][pivot] += ridge
    for pivot in range(size):
        best = max(range(pivot, size), key=lambda number: abs(matrix[number][pivot]))
        matrix[pivot], matrix[best] = matrix[best], matrix[pivot]
        base = matrix[pivot]
        for number in range(size):
            line = matrix[number]
            if number != pivot and line[pivot]:
                factor = line[pivot] / base[pivot]
                matrix[number] = [one - factor * two for one, two in zip(line, base)]
    return [matrix[line][size] / matrix[line][line] for line in range(size)]


def _parts(kind: str, text: str, count: int = 1) -> Iterator[tuple[str, str]]:
    """Some stretches of a text: long ones, and with each a short one."""
    for _ in range(count):
        for shortest, longest in ((1500, 9000), (40, 300)):
            size = _random.randint(shortest, longest)
            start = _random.randint(0, max(0, len(text) - size))
            if len(text) >= 40:
                yield kind, text[start : start + size]


def installed(roots: Sequence[Path]) -> Material:
    """Text that is on the machine, by the ending of its file."""
    found: dict[str, list[Path]] = defaultdict(list)
    translations: dict[str, list[Path]] = defaultdict(list)
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else []:
            if path.suffix in FILES or path.name == "METADATA":
                found[path.suffix if path.suffix in FILES else ".md"].append(path)
            elif path.suffix == ".mo" and path.parent.name == "LC_MESSAGES":
                translations[path.parent.parent.name].append(path)
    material: Material = []
    for suffix, (kind, most) in FILES.items():
        paths = found[suffix]
        for path in _random.sample(paths, min(most, len(paths))):
            try:
                text = path.read_text(encoding="utf-8")[:400_000]
            except (OSError, UnicodeDecodeError):
                continue
            material += _parts(kind, text, 8 if kind == "log" else 1)
            if kind == "python":
                material += _changes(path, text)
    for language, paths in sorted(translations.items()):
        kind = language if language in LANGUAGES else "other tongues"
        for path in _random.sample(paths, min(6 if language in LANGUAGES else 1, len(paths))):
            try:
                with path.open("rb") as file:
                    catalog = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
            except (OSError, UnicodeDecodeError, ValueError, IndexError):  # a broken catalog
                continue
            text = "\n".join(value for value in catalog.values() if isinstance(value, str))
            material += _parts(kind, text, 3 if language in LANGUAGES else 1)
    return material


def _changes(path: Path, text: str) -> Iterator[tuple[str, str]]:
    """A diff of a source file, and what a search in it finds."""
    lines = text.split("\n")
    if _random.random() < 0.2:
        kept = [line for line in lines if _random.random() > 0.03]
        diff = difflib.unified_diff(lines, kept, f"a/{path.name}", f"b/{path.name}", lineterm="")
        yield from _parts("diff", "\n".join(diff))
    if _random.random() < 0.6:
        word = _random.choice(["def ", "import ", "self", "return", "None", "class "])
        place = "/".join(path.parts[-_random.randint(2, 5) :])
        form = _random.choice(["{0}:{1}:{2}", "{0}:{1}: {2}", "{0}:{2}", "{1}:{2}", "{1}-{2}"])
        hits = [form.format(place, n, line) for n, line in enumerate(lines, 1) if word in line]
        yield from _parts("search", "\n".join(hits))


def generated() -> Material:
    """Text that is made up: prose of docstrings, records, logs, tables, identifiers."""
    documentation = [
        inspect.getdoc(value) or ""
        for module in (argparse, base64, csv, datetime, difflib, gettext, inspect, json, random)
        for value in vars(module).values()
    ]
    prose = "\n\n".join(text for text in documentation if len(text) > 200)
    # Field names and values are common words: those that are written more than once.
    often = Counter(re.findall(r"[a-z]{3,10}", prose))
    words = sorted(word for word, count in often.items() if count > 2)
    material: Material = []
    material += _parts("prose", prose, 30)
    flowing = re.sub(r"(?<=\S)\n *(?=\w)", " ", prose)
    material += _parts("prose", flowing, 30)
    for _ in range(60):
        material += _parts("reports", _report(flowing))
    for _ in range(300):
        records = _records(words)
        for kind, text in _spellings(records, words):
            material += _parts(kind, text)
    for _ in range(40):
        blob = _random.randbytes(_random.randint(200, 2000))
        encoded = base64.b64encode(blob).decode()
        material += _parts("base64", encoded)
        material += _parts("base64", "\n".join(re.findall(".{1,76}", encoded)))
        material += _parts("hex", blob.hex())
        material += _parts("hex", "\n".join(re.findall(".{1,40}", blob.hex())))
        material += _parts("hex", blob.hex(" "))
        identifiers = [str(uuid.UUID(int=_random.getrandbits(128))) for _ in range(60)]
        material += _parts("identifiers", "\n".join(identifiers))
        numbers = [round(_random.gauss(0, 300), _random.randint(0, 6)) for _ in range(300)]
        material += _parts("numbers", json.dumps(numbers))
    return material


def _report(prose: str) -> str:
    """Prose as newspapers write it: full of names of people and places, years and sums."""
    syllables = re.findall(r"[bcdfghklmnprstvwz][aeiou][lnrst]?", prose[:20_000].lower())

    def name() -> str:
        return "".join(_random.choices(syllables, k=_random.randint(1, 3))).title()

    written: list[str] = []
    start = _random.randint(0, max(0, len(prose) - 8000))
    for word in prose[start : start + 8000].split():
        chance = _random.random()
        if chance < 0.05:
            written.append(f"{name()} {name()}")
        elif chance < 0.12:
            written.append(word.title())
        elif chance < 0.14:
            written.append(str(_random.randint(1800, 2030)))
        elif word.isalpha():
            written.append(word)
    return " ".join(f"{word}," if _random.random() < 0.06 else word for word in written)


def _fields(words: Sequence[str]) -> list[Callable[[], object]]:
    """Makers of values, of the types that records have."""
    pick, number = _random.choice, _random.randint

    def text(alphabet: str, size: int) -> str:
        return "".join(pick(alphabet) for _ in range(size))

    def moment(form: str) -> str:
        seconds = number(10**9, 1_750_000_000)
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime(form)

    capitals, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
    forms = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d", "%H:%M:%S", "%d/%b/%Y:%H:%M:%S +0000", "%b %d %H:%M")
    return [
        lambda: number(0, 99),
        lambda: number(100, 10**4),
        lambda: number(10**5, 10**10),
        lambda: round(_random.random() * 500, 2),
        lambda: _random.random() * 100,
        lambda: _random.random() < 0.5,
        lambda: None,
        lambda: pick(words),
        lambda: pick(words).upper(),
        lambda: f"{pick(words).title()} {pick(words).title()}",
        lambda: " ".join(pick(words) for _ in range(number(3, 14))).capitalize() + ".",
        lambda: moment(pick(forms)),
        lambda: text(capitals, 3),
        lambda: text(capitals, 3) + text(digits, 3),
        lambda: text(capitals + digits, 6),
        lambda: text(capitals + capitals.lower() + digits, pick([8, 20, 24])),
        lambda: text("0123456789abcdef", pick([7, 12, 32, 40])),
        lambda: f"{pick(words)}_{pick(words)}_{number(1000, 9999)}",
        lambda: f"{pick(words)}.{pick(words)}{number(1, 999)}@{pick(words)}.com",
        lambda: f"https://api.{pick(words)}.com/{pick(words)}/{pick(words)}_{pick(words)}",
        lambda: f"https://{pick(words)}.org/{pick(words)}/{number(1, 10**6)}{{/{pick(words)}}}",
        lambda: f"/{pick(words)}/{pick(words)}/{pick(words)}.{pick(['py', 'txt', 'json'])}",
        lambda: [pick(words) for _ in range(number(0, 5))],
        lambda: {pick(words): pick(words), pick(words): number(0, 99)},
        lambda: str(uuid.UUID(int=_random.getrandbits(128))),
        lambda: ".".join(str(number(1, 254)) for _ in range(4)),
        lambda: "",
    ]


def _records(words: Sequence[str]) -> list[dict[str, object]]:
    names: list[Callable[[], str]] = [
        lambda: "_".join(_random.choices(words, k=_random.randint(1, 4))),
        lambda: _random.choice(words),
        lambda: _random.choice(words) + "".join(w.title() for w in _random.choices(words, k=2)),
    ]
    name, makers = _random.choice(names), _fields(words)
    schema = [(name(), _random.choice(makers)) for _ in range(_random.randint(3, 14))]
    return [{key: make() for key, make in schema} for _ in range(_random.randint(8, 50))]


def _spellings(
    records: Sequence[dict[str, object]], words: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Records in the forms in which programs write them."""
    wrapped = {_random.choice(words): records, "count": len(records)}
    yield _random.choice(
        [
            ("records", json.dumps(records)),
            ("records", json.dumps(wrapped, indent=_random.choice([2, 4]))),
            ("records", json.dumps(wrapped, separators=(",", ":"))),
            ("records", "\n".join(json.dumps(record) for record in records)),
        ]
    )
    cells = [[str(value) for value in record.values()] for record in records]
    style = _random.randrange(6)
    if style == 0:
        file = io.StringIO()
        csv.writer(file).writerows([list(records[0]), *cells])
        yield "csv", file.getvalue()
    elif style == 1:
        yield "table", "\n".join("| " + " | ".join(row) + " |" for row in cells)
    elif style == 2:
        widths = [max(map(len, column)) for column in zip(*cells)]
        rows = [[c.ljust(w) for c, w in zip(row, widths)] for row in cells]
        yield "table", "\n".join("| " + " | ".join(row) + " |" for row in rows)
    elif style == 3:
        pairs = [" ".join(f"{key}={value}" for key, value in r.items()) for r in records]
        yield "log", "\n".join(pairs)
    elif style == 4:
        levels = ("INFO", "DEBUG", "WARN", "ERROR")
        clock = datetime.datetime(2024, 3, 9, 11, 2, 7)
        lines = []
        for row in cells:
            clock += datetime.timedelta(milliseconds=_random.randint(1, 90_000))
            place = f"{_random.choice(words)}.{_random.choice(words).title()}"
            level = _random.choice(levels)
            message = " ".join(_random.choices(words, k=6))
            lines.append(
                f"{clock.isoformat(' ', 'milliseconds')} {level} [{place}] {message} {row[0]}"
            )
        yield "log", "\n".join(lines)


if __name__ == "__main__":
    main()
