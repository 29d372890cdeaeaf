"""Signing in by a provider of identities (OpenID Connect): the way there, and what is believed of what comes back.

It proves whose mail address it is and knows no account: `services.sign_in` says who may enter. The provider is the one that the
environment names, so its addresses are configuration. Its libraries are imported when somebody asks for them.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from config import Settings
from errors import AppError, NotFoundError, UnauthenticatedError, UnavailableError
from services.sign_in import fold_email

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]

log = logging.getLogger(__name__)

BACK_PATH = "/sign-in/oidc/back"
DEADLINE_SECONDS = 15.0
LEEWAY_SECONDS = 60
SIGNED_WITH = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
"""Never "none", and nothing that the client's own secret could have signed."""
STALE = "This way in was begun in another browser, or too long ago. Begin again."


@dataclass(frozen=True, slots=True)
class Flow:
    """One way in: what this browser, and nobody else, must bring back; and the page that was wanted."""

    state: str
    nonce: str
    verifier: str
    wanted: str

    def __str__(self) -> str:
        """As it stands in the browser's cookie."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose browser it is, as the provider has verified: the address, folded, and what they are called."""

    email: str
    name: str


def read_flow(cookie: str) -> Flow:
    """The way in that this browser has begun. Raises UnauthenticatedError for none."""
    try:
        said = json.loads(base64.urlsafe_b64decode(cookie.encode()))
        flow = Flow(**said)
    except (ValueError, TypeError, RecursionError):
        raise UnauthenticatedError(STALE) from None
    if not all(isinstance(value, str) and value.isascii() for value in said.values()) or not (
        flow.state and flow.nonce and flow.verifier
    ):
        raise UnauthenticatedError(STALE)
    return flow


class IdentityProvider:
    """The provider of the environment. It remembers nothing: its description and its keys are read each time."""

    def __init__(self, settings: Settings) -> None:
        if not settings.has_oidc:
            raise NotFoundError("Nobody signs in by another service here.")
        self._settings = settings
        self._name = settings.oidc_name

    async def begin(self, wanted: str) -> tuple[str, Flow]:
        """Where to send the browser, and what it keeps meanwhile. Raises UnavailableError."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        flow = Flow(state, nonce, verifier, wanted)
        async with self._asking() as (client, known):
            url, _ = client.create_authorization_url(
                known["authorization_endpoint"], state=flow.state, nonce=flow.nonce, code_verifier=flow.verifier
            )
        return url, flow

    async def finish(self, flow: Flow, said: Mapping[str, str], now: datetime) -> Identity:
        """Who came back. Raises UnauthenticatedError with a sentence for whoever it was not, UnavailableError."""
        if not hmac.compare_digest(said.get("state", "").encode(), flow.state.encode()):
            raise UnauthenticatedError(STALE)
        if "code" not in said:
            raise self._refusal(f"{said.get('error', 'no code')[:100]!r}")
        async with self._asking() as (client, known):
            if said.get("iss", known["issuer"]) != known["issuer"]:
                raise self._refusal("the answer is another issuer's")
            token = await client.fetch_token(
                known["token_endpoint"], grant_type="authorization_code", code=said["code"], code_verifier=flow.verifier
            )
            claims = self._believed(token, await _read(client, known["jwks_uri"]), known, flow, now)
            if "email" not in claims and "userinfo_endpoint" in known:
                claims |= await _userinfo(client, known["userinfo_endpoint"], claims["sub"])
        return self._identity(claims)

    def _believed(
        self, token: Mapping[str, Any], keys: Any, known: Mapping[str, Any], flow: Flow, now: datetime
    ) -> dict[str, Any]:
        """The claims of the identity token: signed by the provider, for us, for this way in, and of this time."""
        from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
        from joserfc import jwt
        from joserfc.jwk import KeySet

        read = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=SIGNED_WITH)
        client_id = self._settings.oidc_client_id
        options = {"iss": {"essential": True, "value": known["issuer"]}, "aud": {"essential": True, "value": client_id}}
        params = {"nonce": flow.nonce, "client_id": client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(read.claims, read.header, options, params)
        claims.validate(int(now.timestamp()), LEEWAY_SECONDS)
        return dict(claims)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        email = fold_email(claims["email"]) if isinstance(claims.get("email"), str) else None
        if email is None:
            raise UnauthenticatedError(f"{self._name} does not say which mail address is yours, so nobody here knows you.")
        if claims.get("email_verified") not in (True, "true"):  # some providers write it as text
            raise UnauthenticatedError(f"{self._name} has not verified that {email} is your address. Verify it there first.")
        name = claims.get("name")
        return Identity(email, name if isinstance(name, str) and name.strip() else email.partition("@")[0])

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[tuple[AsyncOAuth2Client, dict[str, Any]]]:
        """A client, and the provider's description of itself; whatever goes wrong meanwhile is told in our words."""
        import httpx2
        from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
        from authlib.integrations.httpx_client import AsyncOAuth2Client
        from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
        from joserfc.errors import JoseError

        settings = self._settings
        client = AsyncOAuth2Client(
            settings.oidc_client_id,
            settings.oidc_client_secret.get_secret_value() or None,
            scope="openid email profile",
            redirect_uri=settings.url + BACK_PATH,
            code_challenge_method="S256",
            timeout=DEADLINE_SECONDS,
            trust_env=settings.oidc_issuer.startswith("https://"),  # plain http is on this machine, behind no proxy
        )
        try:
            async with asyncio.timeout(DEADLINE_SECONDS), client:
                known = await _read(client, get_well_known_url(settings.oidc_issuer, external=True))
                if known["issuer"].rstrip("/") != settings.oidc_issuer.rstrip("/"):
                    raise ValueError(f"it calls itself {known['issuer'][:200]!r}")
                client.token_endpoint_auth_method = _way_to_say_who_we_are(settings, known)
                yield client, known
        except AppError:
            raise
        except (httpx2.HTTPError, TimeoutError) as error:
            log.warning("%s does not answer: %s", self._name, error or type(error).__name__)
            raise UnavailableError(f"{self._name} does not answer. Try again later, or ask for a link by mail.") from error
        except (OAuthError, JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._refusal(f"{type(error).__name__}: {error}") from error

    def _refusal(self, why: str) -> UnauthenticatedError:
        """What is shown; why it was, the log says."""
        log.warning("%s let nobody in: %s", self._name, why)
        return UnauthenticatedError(
            f"{self._name} did not say who you are. Try again; if it stays so, the server's log says why."
        )


async def _read(client: AsyncOAuth2Client, url: str) -> Any:
    """What the provider tells everybody."""
    return (await client.request("GET", url, withhold_token=True)).raise_for_status().json()


async def _userinfo(client: AsyncOAuth2Client, url: str, subject: str) -> dict[str, Any]:
    """Where some providers say the address. It must be about the same person (OpenID Connect Core, 5.3.2)."""
    said: dict[str, Any] = (await client.get(url)).raise_for_status().json()
    if said.get("sub") != subject:
        raise ValueError("userinfo is about somebody else")
    return {name: said[name] for name in ("email", "email_verified", "name") if name in said}


def _way_to_say_who_we_are(settings: Settings, known: Mapping[str, Any]) -> str:
    if not settings.oidc_client_secret.get_secret_value():
        return "none"
    ways = known.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
