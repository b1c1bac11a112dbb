"""The public face: what changes here changes what users wrote."""

from __future__ import annotations

import inspect
from typing import get_type_hints

import pytest
from typing_extensions import Unpack

import headroom_openai_agents
from headroom import HandoffOptions, SharedContext
from headroom_openai_agents import headroom_run_config

SIGNATURES = {
    "compose": "*filters",
    "handoff_filter": "ctx * namespace **options",
    "headroom_hooks": "ctx",
    "headroom_run_config": "ctx run_config * namespace max_input_tokens roles **options",
    "model_input_filter": "ctx * namespace max_input_tokens roles **options",
    "nested_handoff_filter": "ctx * history_mapper namespace **options",
    "output_extractor": "ctx * mention_tool namespace **options",
    "retrieve_tool": "ctx * max_tokens namespace",
    "session_input_callback": "ctx * mention_tool roles **options",
    "tool_output_guardrail": "ctx * namespace **options",
}
STARS = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
TAKE_OPTIONS = [name for name, expected in SIGNATURES.items() if "**options" in expected]


def parameters(function: object) -> str:
    found: list[str] = []
    for parameter in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in found:
            found.append("*")
        found.append(STARS.get(parameter.kind, "") + parameter.name)
    return " ".join(found)


def test_names_and_parameters() -> None:
    assert sorted(headroom_openai_agents.__all__) == sorted(["__version__", *SIGNATURES])
    for name, expected in SIGNATURES.items():
        assert parameters(getattr(headroom_openai_agents, name)) == expected, name


@pytest.mark.parametrize("name", TAKE_OPTIONS)
def test_the_same_options_everywhere(name: str) -> None:
    function = getattr(headroom_openai_agents, name)
    # Python reads the hints, as type checkers and frameworks do.
    assert get_type_hints(function)["options"] == Unpack[HandoffOptions]
    with pytest.raises(TypeError, match="min_token'"):
        function(SharedContext(), min_token=9)
    # Which tool it is, is ours to say.
    with pytest.raises(TypeError, match="tool'"):
        function(SharedContext(), tool="search")
    with pytest.raises(ValueError, match="min_tokens must be 0 or more"):
        function(SharedContext(), min_tokens=-1)
    with pytest.raises(TypeError, match="exclude takes several names"):
        function(SharedContext(), exclude="search")


@pytest.mark.parametrize("name", [name for name in SIGNATURES if "namespace" in SIGNATURES[name]])
def test_a_namespace_is_a_function_of_the_context_object(name: str) -> None:
    async def later(_: object) -> str:
        return "tenant 7"

    for wrong in ("tenant 7", later):
        with pytest.raises(TypeError, match=r"namespace takes a function .* not async"):
            getattr(headroom_openai_agents, name)(SharedContext(), namespace=wrong)


@pytest.mark.parametrize("name", ["model_input_filter", "headroom_run_config"])
def test_a_budget_is_a_number_of_tokens(name: str) -> None:
    function = getattr(headroom_openai_agents, name)
    with pytest.raises(ValueError, match="max_input_tokens must be at least 1"):
        function(SharedContext(), max_input_tokens=0)
    with pytest.raises(TypeError, match="max_input_tokens must be a whole number"):
        function(SharedContext(), max_input_tokens="many")
    with pytest.raises(TypeError, match="run_config must be a RunConfig, not dict"):
        headroom_run_config(SharedContext(), {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["model_input_filter", "headroom_run_config", "session_input_callback"]
)
def test_roles_are_told_apart(name: str) -> None:
    function = getattr(headroom_openai_agents, name)
    with pytest.raises(ValueError, match='roles takes "tool" and "assistant", not \'user\''):
        function(SharedContext(), roles=["tool", "user"])
    with pytest.raises(TypeError, match="roles takes several names"):
        function(SharedContext(), roles="assistant")
