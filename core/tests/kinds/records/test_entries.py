"""Entries with a heading of several fields and a text below it."""

from __future__ import annotations

import hashlib

import pytest

from headroom import SharedContext, compress

WORDS = "anchor berth cargo dock engine ferry gangway harbour island jetty keel lantern".split()


def commit(number: int) -> list[str]:
    sign = hashlib.sha1(str(number).encode()).hexdigest()
    return [
        f"commit {sign}",
        f"Author: {WORDS[number % 7].title()} Lee <{WORDS[number % 7]}@example.org>",
        f"Date:   Mon Mar {number % 28 + 1} 09:{number % 60:02}:12 2026 +0100",
        "",
        f"    The {WORDS[number % 12]} of part {number} is kept {WORDS[number * 5 % 12]} first",
        "",
    ]


def files(number: int, form: str) -> list[str]:
    names = [f"src/{WORDS[(number + n) % 12]}/{WORDS[n]}_{number}.py" for n in range(1, 9)]
    return [form.format(name=name, n=n * number % 40) for n, name in enumerate(names, 1)] + [""]


FORMS = ["{n}\t{n}\t{name}", "M\t{name}", "{name}", " {name} | {n} ++--", "    - {name} is new"]


@pytest.mark.parametrize("form", FORMS)
def test_no_subject_stands_without_its_commit(form: str) -> None:
    commits = [commit(number) for number in range(40)]
    text = "\n".join(line for n, head in enumerate(commits) for line in (*head, *files(n, form)))
    result = compress(text)
    assert result.kind == "records"
    assert result.savings_percent > 30
    shown = result.text.split("\n")
    assert all(line in shown for head in commits for line in head)
    ctx = SharedContext()
    ctx.put("log", text)
    gone = next(iter(result.omissions)).ranges[0]
    found = ctx.retrieve("log", place=f"lines {gone[0]}-{gone[1]}").text
    assert text.split("\n")[gone[0] - 1] in found


def test_the_entry_that_is_asked_for_is_whole_and_the_others_are_named() -> None:
    commits = [commit(number) for number in range(40)]
    text = "\n".join(
        line for n, head in enumerate(commits) for line in (*head, *files(n, FORMS[0]))
    )
    result = compress(text, query="Who changed part 23?")
    assert result.savings_percent > 50
    assert "\n".join(commits[23] + files(23, FORMS[0])).strip() in result.text
    assert all(head[4].strip() in result.text for head in commits)


def test_letters_are_no_entries_of_a_list() -> None:
    letter = "From harbour\nFrom: Ada\nTo: Bob\n\nThe ferry was late, and nobody knew why.\n"
    assert compress(letter * 30).kind != "records"
