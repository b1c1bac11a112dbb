"""Functions that are looked up by name, in languages without a parser."""

from __future__ import annotations

import pytest

from headroom import SharedContext
from headroom.kinds.code.recognise import looks_like_code
from headroom.source import Source

from .laws import check, compress

PERL = (
    "package Rack;\n\n=head1 NAME\n\nRack - don't ask, it's a rack\n\n=cut\n\nuse strict;\n\n"
    "our %Seen = map { $_ => 1 } qw(a b);\n"
    + "".join(
        f"""
sub sum_{number} {{
    my ($self, %hosts) = @_;
    my $total = 0;
    $self = $self || {{}};
    # The host's own traffic isn't counted.
    foreach my $host (sort keys %hosts) {{
        next unless $hosts{{$host}} =~ m/^{number}\\d+$/;
        $total += $hosts{{$host}}{{sent}} * {number};
    }}
    return $total;
}}
"""
        for number in range(8)
    )
    + "\n1;\n__END__\n\n=head1 USAGE\n\nSee L<Host>, that's all.\n"
)
TCL = "# racks.tcl --\n#\n# Sums of racks, by host.\n\n" + "".join(
    f"""
# ::rack::sum_{number} --
# Sums what the hosts have sent.

proc ::rack::sum_{number} {{hosts args}} {{
    upvar 1 $hosts all
    set total 0
    foreach host [lsort [array names all]] {{
        if {{![string match "{number}*" $host]}} {{
            continue
        }}
        incr total [expr {{$all($host) * {number}}}]
    }}
    return $total
}}
"""
    for number in range(8)
)


@pytest.mark.parametrize("source", [PERL, TCL], ids=["perl", "tcl"])
def test_the_place_of_a_function_is_its_name(source: str) -> None:
    assert looks_like_code(Source(source))
    view = compress(source)
    assert view is not None
    check(source, view)
    assert "sum_5" in view.text
    assert "* 5" not in view.text
    with SharedContext() as context:
        assert context.put("code", source).kind == "code"
        found = context.retrieve("code", path="sum_5").text
    assert "* 5" in found
    assert "return $total" in found
    assert "* 4" not in found
    asked = compress(source, query="Why does sum_5() fail?")
    assert asked is not None
    assert "* 5" in asked.text
    assert "* 4" not in asked.text
