"""The public face: what changes here changes what users wrote."""

from __future__ import annotations

import inspect

import headroom_openai_agents

COMMON = "ctx * query max_tokens fidelity min_tokens exclude on_compress"
SIGNATURES = {
    "compose": "*filters",
    "handoff_filter": COMMON,
    "model_input_filter": COMMON,
    "nested_handoff_filter": COMMON.replace("* ", "* history_mapper "),
    "output_extractor": f"{COMMON} mention_tool",
    "retrieve_tool": "ctx * max_tokens",
    "session_input_callback": f"{COMMON} mention_tool",
    "tool_output_guardrail": COMMON,
}


def parameters(function: object) -> str:
    found: list[str] = []
    for parameter in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in found:
            found.append("*")
        star = "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
        found.append(star + parameter.name)
    return " ".join(found)


def test_names_and_parameters() -> None:
    assert sorted(headroom_openai_agents.__all__) == sorted(["__version__", *SIGNATURES])
    for name, expected in SIGNATURES.items():
        assert parameters(getattr(headroom_openai_agents, name)) == expected, name
