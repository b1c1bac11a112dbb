"""What stands around a function, or within it, is no larger than a budget has room for."""

from __future__ import annotations

from .laws import COUNTER, compress

_ABOUT = "\n".join(
    f"  # Line {number} of what this library is about, and why." for number in range(90)
)


def _ruby(methods: int) -> str:
    bodies = "\n".join(
        f"    def method_{number}(value)\n      other = value + {number}\n"
        f"      stored[{number}] << other\n      other\n    end\n"
        for number in range(methods)
    )
    return (
        f"require 'json'\nrequire 'set'\n\nmodule Outer\n{_ABOUT}\n"
        f"  module Inner # the inner one\n{bodies}  end\nend\n"
    )


def test_a_comment_above_the_first_thing_in_a_module_is_no_part_of_its_head() -> None:
    source = _ruby(20)
    assert COUNTER.count(_ABOUT) > 700
    for budget in (300, 500, 700):
        view = compress(source, query="Change method_13 so that it logs", max_tokens=budget)
        assert view is not None
        assert "      stored[13] << other\n" in view.text
        assert "  module Inner # the inner one\n" in view.text


def test_a_long_statement_of_go_leaves_room_for_those_before_it() -> None:
    script = "\n".join(
        f"echo {number} of many lines of a script that is printed" for number in range(99)
    )
    source = (
        "package a\n\nfunc first() int {\n\treturn 1\n}\n\nfunc printed(out io.Writer) {\n"
        '\tname := strings.ToLower("NAME")\n\tother := name + "x"\n\tlast := other + name\n'
        f"\tfmt.Fprintf(out, `{script}`, last)\n}}\n"
    )
    view = compress(source, query="Change printed so that it logs", max_tokens=300)
    assert view is not None
    assert '\tother := name + "x"\n' in view.text
