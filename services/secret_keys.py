"""What encrypts and signs: SECRET_KEY, or a key that is made at the first start, and those before it."""

from __future__ import annotations

import secrets
from pathlib import Path

from config import ROOT, Settings, parts

FOLDER = ROOT / "var"


def secret_key(settings: Settings, folder: Path = FOLDER) -> str:
    """SECRET_KEY, or a key that is made at the first start and kept in `var/secret_key`, readable by its owner alone."""
    configured = settings.secret_key.get_secret_value()
    if configured:
        return configured
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()


def secret_keys(settings: Settings) -> list[str]:
    """`secret_key`, and those before it (SECRET_KEY_PREVIOUS), with which nothing new is made."""
    return [secret_key(settings), *parts(settings.secret_key_previous.get_secret_value())]
