"""A person's model: which one, with whose key, and whether it is in use. Keys are stored encrypted and never shown whole."""

from __future__ import annotations

from assistant.advice import ModelSettings
from config import Settings
from models import Preferences
from services.vault import decrypt

SHOWN_CHARACTERS = 4
KEYLESS_PREFIXES = ("ollama/", "ollama_chat/", "hosted_vllm/")


def is_in_use(preferences: Preferences, settings: Settings) -> bool:
    """Whether a model is asked: both switches are on and there is a key, or an address that needs none."""
    if not (settings.ai_enabled and preferences.ai_enabled and preferences.model):
        return False
    has_key = bool(preferences.api_key_encrypted or environment_key(preferences.model, settings))
    return has_key or bool(preferences.api_base) or preferences.model.startswith(KEYLESS_PREFIXES)


def resolve(preferences: Preferences, settings: Settings) -> ModelSettings:
    """What the gateway needs to reach this person's model. The person's own key goes before the environment's.

    Also when it cannot be read any more: what they gave a key for is not paid with somebody else's without a word.

    The environment's key belongs to the provider: it is never sent to an address that a person has set.
    """
    own = decrypt(preferences.api_key_encrypted, settings)
    shared = None if preferences.api_base or preferences.api_key_encrypted else environment_key(preferences.model, settings)
    return ModelSettings(
        model=preferences.model,
        api_key=own or shared,
        is_key_lost=bool(preferences.api_key_encrypted) and own is None,
        api_base=preferences.api_base,
        max_tokens=preferences.max_tokens,
        temperature=preferences.temperature,
        deadline_seconds=settings.ai_deadline_seconds,
    )


def environment_key(model: str, settings: Settings) -> str | None:
    """The key that the environment has for the model's provider, by the prefix of its name."""
    keys = {
        "openrouter": settings.openrouter_api_key,
        "openai": settings.openai_api_key,
        "anthropic": settings.anthropic_api_key,
        "deepseek": settings.deepseek_api_key,
        "gemini": settings.gemini_api_key,
        "groq": settings.groq_api_key,
    }
    key = keys.get(model.partition("/")[0])
    return (key.get_secret_value() or None) if key else None


def hint(preferences: Preferences, settings: Settings) -> str | None:
    """The last four characters of the stored key, or that it cannot be read any more; None when there is none."""
    if not preferences.api_key_encrypted:
        return None
    key = decrypt(preferences.api_key_encrypted, settings)
    return f"•••• {key[-SHOWN_CHARACTERS:]}" if key else "a key that this SECRET_KEY cannot read, so give it again"
