"""Which models can be asked, and by which way: what can be told of settings without asking anybody.

It opens nothing; `outbound` checks again what a name stands for, when it is opened.
"""

from __future__ import annotations

import re

from addresses import Policy, RefusedAddressError, parse_address
from assistant.advice import ModelSettings
from assistant.failures import Failure

# DSPy's own engine speaks with these, at their own address or at a person's.
NATIVE = frozenset(
    {"openai", "hosted_vllm", "ollama", "ollama_chat", "openrouter", "groq", "deepseek", "anthropic", "gemini", "moonshot"}
)
# LiteLLM speaks with these, at their own fixed public address alone: its connections are its own, so nobody else names where
# they go. Others of its providers would use credentials of the machine (cloud roles, signed-in tools), or an address of it.
BY_LITELLM = frozenset(
    {
        *{"cerebras", "codestral", "cohere", "cohere_chat", "dashscope", "deepinfra", "fireworks_ai", "hyperbolic"},
        *{"inception", "meta_llama", "mistral", "nebius", "novita", "nscale", "nvidia_nim", "perplexity", "sambanova"},
        *{"together_ai", "volcengine", "xai", "zai"},
    }
)
KEYLESS = frozenset({"ollama", "ollama_chat", "hosted_vllm"})
_HEADER_SAFE = re.compile(r"[!-~]+")  # a key goes into a header: one that could end it would add headers of its own


def unusable(settings: ModelSettings, policy: Policy) -> Failure | None:
    """What is wrong with the settings, as far as it can be told without asking anybody."""
    prefix, _, name = settings.model.partition("/")
    key, address = (settings.api_key or "").strip(), settings.api_base
    if not prefix or not name:
        return Failure("settings", f"The model {settings.model!r} names no provider", "write provider/model in Settings")
    if prefix not in NATIVE | BY_LITELLM:
        todo = "write openai/model in Settings, with the address of its server"
        return Failure("settings", f"The provider {prefix[:100]!r} is not one of those that are known", todo)
    if address and prefix in BY_LITELLM:
        todo = "write openai/model with that address, or leave the address empty"
        return Failure("settings", f"The provider {prefix!r} is asked at its own address alone", todo)
    try:
        if address:
            policy.check_spelled(parse_address(address))
    except RefusedAddressError as error:
        return Failure("settings", error.what, error.todo)
    if settings.is_key_lost:
        return Failure(
            "key", "The stored API key cannot be read any more, since SECRET_KEY has changed", "enter it again in Settings"
        )
    if key and not _HEADER_SAFE.fullmatch(key):
        return Failure("key", "The API key has characters that no key has", "paste it again in Settings")
    if key or prefix in KEYLESS or address:
        return None
    return Failure("settings", "No API key is set for the model", "enter one in Settings, or turn the model off")
