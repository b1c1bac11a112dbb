"""LangChain with OpenAI's model wherever an example names another provider's."""

from __future__ import annotations

from typing import Any

import langchain_anthropic
from langchain import chat_models
from langchain.agents import factory
from langchain_openai import ChatOpenAI


def _model(*_: Any, **__: Any) -> ChatOpenAI:
    return ChatOpenAI(model="gpt-4.1")


chat_models.init_chat_model = factory.init_chat_model = _model
langchain_anthropic.ChatAnthropic = _model  # type: ignore[misc,assignment]
