"""What is odd deep within rows is shown before ordinary rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headroom import compress


def regions(*, odd: tuple[int, int, int] = (3, 2, 4), state: object = "open") -> dict[str, Any]:
    """360 ports, four levels deep; one of them in another state."""

    def host(region: int, zone: int, number: int) -> dict[str, Any]:
        is_odd = (region, zone, number) == odd
        ports = [
            {"port": 8000 + 11 * place, "state": state if is_odd and place == 1 else "closed"}
            for place in range(3)
        ]
        return {"host": f"h{region}{zone}{number}", "os": "linux", "ports": ports}

    return {
        "regions": [
            {
                "region": f"r{region}",
                "zones": [
                    {"zone": f"z{zone}", "hosts": [host(region, zone, n) for n in range(6)]}
                    for zone in range(4)
                ],
            }
            for region in range(5)
        ]
    }


@pytest.mark.parametrize("budget", [300, 1000, 2000])
@pytest.mark.parametrize("state", ["open", None, True], ids=json.dumps)
def test_what_is_odd_deep_within_goes_before_ordinary_rows(state: object, budget: int) -> None:
    view = compress(regions(state=state), max_tokens=budget)
    assert view.tokens_after <= budget
    assert json.dumps(state).strip('"') in view.text.split("h324", 1)[1].split("h325")[0]


def test_values_that_are_new_in_each_row_are_not_odd() -> None:
    value = regions()
    for number, region in enumerate(value["regions"]):
        for zone in region["zones"]:
            for host in zone["hosts"]:
                host["ports"][1]["state"] = f"{host['host']}-{number}"
    assert "h000" in compress(value, max_tokens=1000).text
