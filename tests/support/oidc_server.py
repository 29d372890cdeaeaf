"""A real provider of identities on loopback: discovery, authorize, token (PKCE, once, for its client alone), keys and userinfo.

It says what `claims` and its switches make it say, so that every lie of a provider or of somebody between can be told.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "dayloom", "the secret that the provider knows this client by"
Json = dict[str, Any]


@dataclass
class Grant:
    """What an authorization code stands for."""

    redirect_uri: str
    challenge: str
    nonce: str


@dataclass
class OidcServer:
    """A context manager. `claims` changes what the identity token says; `sign` makes the token; `info` is userinfo's answer."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    host: str = "127.0.0.1"
    claims: Callable[[Json], Json] = lambda claims: claims
    sign: Callable[[OidcServer, Json], str] | None = None
    info: Json | None = None
    describes: Callable[[Json], Json] = lambda known: known
    asked: list[Json] = field(default_factory=list)
    grants: dict[str, Grant] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    foreign_key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))

    def __enter__(self) -> OidcServer:
        owner = self

        class Handler(_Handler):
            provider = owner

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def issuer(self) -> str:
        return f"http://{self.host}:{self._server.server_port}"

    def description(self) -> Json:
        known = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
        return self.describes(known)

    def authorize(self, asked: Json) -> str:
        """Somebody signs in at once; where their browser is sent."""
        self.asked.append(asked)
        code = secrets.token_urlsafe(8)
        self.grants[code] = Grant(asked["redirect_uri"], asked.get("code_challenge", ""), asked.get("nonce", ""))
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, asked: Json, authorization: str) -> tuple[int, Json]:
        """The tokens for a code: to its client, once, with the verifier of whoever has begun."""
        expected = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        grant = self.grants.pop(asked.get("code", ""), None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(asked.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        )
        if authorization.removeprefix("Basic ") not in {expected, plain}:
            return 401, {"error": "invalid_client"}
        if grant is None or grant.challenge != challenge or grant.redirect_uri != asked.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "s-1", "iat": now, "exp": now + 300, "nonce": grant.nonce}
        claims |= {"email": "eve@example.org", "email_verified": True, "name": "Eve of the provider"}
        said = self.claims(claims)
        token = self.sign(self, said) if self.sign else signed(self, said)
        return 200, {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": token}


def signed(server: OidcServer, claims: Json) -> str:
    """As it should be."""
    return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, server.key)


def signed_by_another(server: OidcServer, claims: Json) -> str:
    return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, server.foreign_key)


def signed_with_the_secret(server: OidcServer, claims: Json) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])


def signed_with_the_public_key(server: OidcServer, claims: Json) -> str:
    """What a library believes that takes a public key for a secret."""
    body = ".".join(_encoded(part) for part in ({"alg": "HS256", "kid": "k1"}, claims))
    digest = hashlib.sha256(server.key.as_pem(private=False) + body.encode()).digest()
    return f"{body}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def unsigned(server: OidcServer, claims: Json) -> str:
    return f"{_encoded({'alg': 'none'})}.{_encoded(claims)}."


def changed(server: OidcServer, claims: Json) -> str:
    """Signed by the provider, but about somebody else."""
    head, _, signature = signed(server, claims).split(".")
    return f"{head}.{_encoded(claims | {'email': 'ada@example.org'})}.{signature}"


def _encoded(part: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


class _Handler(BaseHTTPRequestHandler):
    provider: OidcServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(asked))
            self.end_headers()
            return
        answers: dict[str, Json] = {
            "/.well-known/openid-configuration": self.provider.description(),
            "/jwks": {"keys": [self.provider.key.as_dict(private=False)]},
            "/userinfo": self.provider.info or {},
        }
        is_allowed = parts.path != "/userinfo" or self.headers.get("authorization") == "Bearer opaque"
        self._say(200 if parts.path in answers and is_allowed else 404, answers.get(parts.path, {}))

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["content-length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(text).items()}
        self._say(*self.provider.token(asked, self.headers.get("authorization", "")))

    def _say(self, status: int, said: Json) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass
