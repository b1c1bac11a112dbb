"""The tests of a framework, without and with Headroom: ``python -m compat FRAMEWORK FOLDER``."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from compat.differences import Difference, differences, known
from compat.runs import Run, files_of, run
from compat.sources import unpacked
from compat.suites import SUITES, Suite

_HEAD = """\
| tests of | version | passed | failed | passed with | failed with | differ | by the framework \
| payloads | views |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"""


@dataclass(frozen=True)
class _Compared:
    suite: Suite
    without: Run
    within: Run
    #: What goes otherwise because of us, and because of anything that is put there.
    ours: list[Difference]
    theirs: list[Difference]

    def __str__(self) -> str:
        counts = [
            count
            for each in (self.without, self.within)
            for count in (each.count("passed"), each.count("failed") + each.count("not collected"))
        ]
        counts += [len(self.ours) + len(self.theirs), len(self.theirs)]
        counts += [self.within.payloads, self.within.views]
        package = self.suite.package
        cells = [self.suite.name, f"{package} {version(package)}", *(f"{n:,}" for n in counts)]
        return f"| {' | '.join(cells)} |"


def _compared(suite: Suite, root: Path) -> _Compared:
    tests, plugins = files_of(suite, root), ("context", suite.plugin)
    without, within = run(suite, root, tests), run(suite, root, tests, *plugins)
    found = differences(without.outcomes, within.outcomes)
    names = [each.test for each in found if "missing" not in (each.without, each.within)]
    if names:
        # One run does not tell apart what leans on time or chance.
        again = run(suite, root, names).outcomes, run(suite, root, names, *plugins).outcomes
        stays = {each.test for each in differences(*again)}
        found = [each for each in found if each.test not in names or each.test in stays]
    theirs = set[str]()
    if names and suite.neutral is not None:
        neutral = run(suite, root, names, suite.neutral).outcomes
        theirs = {each.test for each in found if neutral.get(each.test) == each.within}
    return _Compared(
        suite,
        without,
        within,
        [each for each in found if each.test not in theirs],
        [each for each in found if each.test in theirs],
    )


def main(framework: str, folder: Path) -> int:
    """Prints a table, and what is not known; 1 if there is such a test."""
    compared = [
        _compared(suite, unpacked(suite.package, folder, suite.hidden))
        for suite in SUITES[framework]
    ]
    print(_HEAD, *compared, sep="\n")
    unknown = 0
    for each in compared:
        reasons = known(each.suite.name)
        for test in sorted(set(reasons) - {one.test for one in each.ours}):
            print(f"{each.suite.name}: no longer goes otherwise: {test}")
        for one in each.theirs:
            print(f"{each.suite.name}: by the framework: {one}")
        for one in each.ours:
            print(f"{each.suite.name}: {reasons.get(one.test, 'NOT KNOWN')}: {one}")
        unknown += sum(one.test not in reasons for one in each.ours)
    return 1 if unknown else 0


if __name__ == "__main__":
    _framework, _folder = sys.argv[1:]
    sys.exit(main(_framework, Path(_folder).resolve()))
