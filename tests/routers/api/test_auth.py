"""Signing in for programs: pairs of tokens, what is believed of them (G30), and tokens that people make."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from models import Grant
from services import jwt_tokens
from services.own_account import OwnAccountService
from services.passwords import hash_password
from tests.support.cast import Cast
from tests.support.pages import Site

PASSWORD = "four words of mine"
Json = dict[str, Any]


async def asked(cast: Cast, token: str, path: str = "/api/v1/users/me") -> int:
    answer = await cast.site.http.get(path, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


class TestPair:
    async def test_by_link(self, cast: Cast) -> None:
        answer = await cast.site.http.post("/auth/verify", json={"token": await cast.link(cast.member)})
        pair = answer.json()
        assert (answer.status_code, pair["token_type"], pair["expires_in"]) == (200, "bearer", 600)
        assert answer.headers["cache-control"] == "no-store"
        me = await cast.site.http.get("/auth/me", headers={"Authorization": f"Bearer {pair['access_token']}"})
        assert me.json() == {
            **{"id": cast.member.id, "name": "eve", "email": "eve@example.org"},
            **{"role": "member", "scope": "admin", "auth": "accounts"},
        }

    async def test_by_password(self, cast: Cast) -> None:
        hashed = await hash_password(PASSWORD)
        async with cast.stage.writing(cast.member.id) as scope:
            await OwnAccountService(await cast.scope_of(scope, cast.member)).store_password(hashed)
        body = {"email": cast.member.email, "password": PASSWORD}
        pair = (await cast.site.http.post("/auth/token", json=body)).json()
        assert await asked(cast, pair["access_token"]) == 200
        refused = await cast.site.http.post("/auth/token", json={**body, "password": "not this one"})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")

    async def test_link_once(self, cast: Cast) -> None:
        """One link, a browser and programs at once: one of them has it."""
        secret = await cast.link(cast.member)
        asking = [cast.site.http.post(path, json={"token": secret}) for path in ("/auth/verify", "/auth/token") * 5]
        statuses = [answer.status_code for answer in await asyncio.gather(*asking)]
        assert (statuses.count(200), statuses.count(401)) == (1, 9)

    @pytest.mark.parametrize("body", [{}, {"email": "a@b.c"}, {"token": ""}, {"email": "a@b.c", "password": "x", "token": "y"}])
    async def test_invalid(self, cast: Cast, body: Json) -> None:
        assert (await cast.site.http.post("/auth/token", json=body)).status_code == 422

    async def test_magic_link(self, cast: Cast) -> None:
        answers = [
            await cast.site.http.post("/auth/magic-link", json={"email": email})
            for email in ("eve@example.org", "no@example.org")
        ]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].json() == answers[1].json()

    async def test_short(self, cast: Cast) -> None:
        access, _ = await cast.pair(cast.member)
        cast.stage.clock.advance(minutes=9, seconds=59)
        assert await asked(cast, access) == 200
        cast.stage.clock.advance(seconds=1)
        assert await asked(cast, access) == 401


class TestRefresh:
    async def refresh(self, cast: Cast, token: str) -> Json | None:
        answer = await cast.site.http.post("/auth/refresh", json={"refresh_token": token})
        assert answer.status_code in {200, 401}
        return answer.json() if answer.status_code == 200 else None

    async def test_rotates(self, cast: Cast) -> None:
        _, first = await cast.pair(cast.member)
        second = await self.refresh(cast, first)
        assert second is not None
        assert second["refresh_token"] != first
        assert await asked(cast, second["access_token"]) == 200
        assert await self.refresh(cast, second["refresh_token"]) is not None

    async def test_reuse_ends_the_family(self, cast: Cast) -> None:
        _, first = await cast.pair(cast.member)
        _, elsewhere = await cast.pair(cast.member)
        second = await self.refresh(cast, first)
        assert second is not None
        assert await self.refresh(cast, first) is None
        assert await self.refresh(cast, second["refresh_token"]) is None
        assert await self.refresh(cast, elsewhere) is not None

    async def test_parallel(self, cast: Cast) -> None:
        _, first = await cast.pair(cast.member)
        found = await asyncio.gather(*(self.refresh(cast, first) for _ in range(20)))
        assert len([pair for pair in found if pair]) == 1

    async def test_revoke(self, cast: Cast) -> None:
        _, first = await cast.pair(cast.member)
        for _ in range(2):
            answer = await cast.site.http.post("/auth/revoke", json={"refresh_token": first})
            assert answer.status_code == 204
        assert await self.refresh(cast, first) is None

    async def test_limits(self, cast: Cast) -> None:
        """Unused it ends after 14 days; in use, after 90."""
        _, unused = await cast.pair(cast.member)
        _, token = await cast.pair(cast.member)
        for _ in range(8):
            cast.stage.clock.advance(days=11)
            pair = await self.refresh(cast, token)
            assert pair is not None
            token = pair["refresh_token"]
        assert await self.refresh(cast, unused) is None
        cast.stage.clock.advance(days=2)
        assert await self.refresh(cast, token) is None


def unsigned(claims: Json, header: Json) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
    return ".".join([*parts, ""])


CHANGES: dict[str, Callable[[Json], Json]] = {
    "refresh as access": lambda said: {**said, "typ": "refresh"},
    "no kind": lambda said: {**said, "typ": None},
    "other audience": lambda said: {**said, "aud": "another"},
    "several audiences, not ours": lambda said: {**said, "aud": ["a", "b"]},
    "over": lambda said: {**said, "exp": said["iat"]},
    "an end that is no number": lambda said: {**said, "exp": "never"},
    "an end that is true": lambda said: {**said, "exp": True},
    "from the future": lambda said: {**said, "iat": said["iat"] + 3600},
    "not yet": lambda said: {**said, "nbf": said["iat"] + 3600},
    "nobody": lambda said: {**said, "sub": "999999"},
    "a person that is no number": lambda said: {**said, "sub": "1 OR 1=1"},
    "an odd number": lambda said: {**said, "sub": "\u0661"},
    "no name": lambda said: {**said, "jti": ""},
    "unknown scope": lambda said: {**said, "scope": "root"},
    "a scope that is a list": lambda said: {**said, "scope": ["admin"]},
}


class TestBelieved:
    """G30: what a token must be."""

    def claims(self, cast: Cast) -> Json:
        now = int(cast.stage.clock().timestamp())
        return {"sub": str(cast.member.id), "aud": "dayloom", "typ": "access", "jti": "a", "iat": now, "exp": now + 600}

    def key(self, cast: Cast) -> bytes:
        return jwt_tokens._keys(cast.stage.settings)[0]

    async def test_of_another_front_end(self, cast: Cast) -> None:
        """Whoever shares the secret may make them."""
        assert await asked(cast, jwt.encode(self.claims(cast), self.key(cast), "HS256")) == 200

    async def test_nothing_else(self, cast: Cast) -> None:
        said, key = self.claims(cast), self.key(cast)
        good = jwt.encode(said, key, "HS256")
        bad = {name: jwt.encode(change(said), key, "HS256") for name, change in CHANGES.items()}
        for name in jwt_tokens.REQUIRED:
            bad[f"without {name}"] = jwt.encode({k: v for k, v in said.items() if k != name}, key, "HS256")
        bad |= {
            "no signature": unsigned(said, {"alg": "none", "typ": "JWT"}),
            "no signature, shouting": unsigned(said, {"alg": "NONE"}),
            "another key": jwt.encode(said, b"x" * 32, "HS256"),
            "another algorithm": jwt.encode(said, key * 2, "HS512"),
            "another's words": ".".join([*unsigned({**said, "sub": "1"}, {"alg": "HS256"}).split(".")[:2], good.split(".")[2]]),
            "cut off": good[:-4],
            "empty": "",
            "huge": "a" * 5000,
            "no token": "dl_nothing",
            "not ASCII": "\u00e9",
        }
        _, bad["a real refresh token"] = await cast.pair(cast.member)
        believed = []
        for name, token in bad.items():
            answer = await cast.site.http.get("/api/v1/users/me", headers={b"Authorization": f"Bearer {token}".encode()})
            if answer.status_code != 401:
                believed.append((name, answer.status_code))
        assert believed == []
        assert len(bad) >= 30
        access, _ = await cast.pair(cast.member)
        assert (await cast.site.http.post("/auth/refresh", json={"refresh_token": access})).status_code == 401

    async def test_scope(self, cast: Cast) -> None:
        token = jwt.encode({**self.claims(cast), "scope": "read"}, self.key(cast), "HS256")
        assert await asked(cast, token) == 200
        headers = {"Authorization": f"Bearer {token}"}
        answer = await cast.site.http.post("/api/v1/tasks", json={"text": "No"}, headers=headers)
        assert (answer.status_code, "only read" in answer.json()["detail"]) == (403, True)

    @pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "bearer ", "Token x", ""])
    async def test_other_headers(self, cast: Cast, header: str) -> None:
        """A header that says something is believed or refused; the cookie does not stand in for it."""
        headers = {**cast.member.headers, "Authorization": header}
        assert (await cast.site.http.get("/api/v1/users/me", headers=headers)).status_code == 401

    async def test_opens_no_page(self, cast: Cast) -> None:
        access, _ = await cast.pair(cast.owner)
        answer = await cast.site.http.get("/settings/account", headers={"Authorization": f"Bearer {access}"})
        assert answer.status_code == 303


class TestApiTokens:
    @pytest.mark.parametrize(("grant", "status"), [(Grant.READ, 403), (Grant.WRITE, 201), (Grant.ADMIN, 201)])
    async def test_scopes(self, cast: Cast, grant: Grant, status: int) -> None:
        program = await cast.api_token(cast.member, grant)
        assert (await cast.site.http.get("/api/v1/tasks", headers=program.headers)).status_code == 200
        answer = await cast.site.http.post("/api/v1/tasks", json={"text": "Write it"}, headers=program.headers)
        assert answer.status_code == status

    async def test_everybody_is_for_those_who_run_the_instance(self, cast: Cast) -> None:
        """The scope `admin` opens what its person's role opens, and `write` does not."""
        seen: dict[tuple[str, Grant], list[str]] = {}
        for who in (cast.owner, cast.admin, cast.member):
            for grant in (Grant.WRITE, Grant.ADMIN):
                program = await cast.api_token(who, grant)
                people = (await cast.site.http.get("/api/v1/users", headers=program.headers)).json()
                seen[who.email, grant] = [person["email"] for person in people]
        everybody = [cast.owner.email, cast.member.email, cast.admin.email]
        assert {who: emails for who, emails in seen.items() if len(emails) > 1} == {
            (cast.owner.email, Grant.ADMIN): everybody,
            (cast.admin.email, Grant.ADMIN): everybody,
        }
        assert all(emails == [who] for (who, _), emails in seen.items() if len(emails) == 1)

    async def test_over(self, cast: Cast) -> None:
        program = await cast.api_token(cast.member, Grant.READ)
        cast.stage.clock.advance(days=30)
        assert (await cast.site.http.get("/api/v1/tasks", headers=program.headers)).status_code == 401

    async def test_page(self, cast: Cast) -> None:
        """Shown once, used, noted as used, revoked."""
        browser = cast.browser({"session": cast.member.cookie})
        form = {"name": "Backup", "scope": "read", "days": "90"}
        made = await browser.post("/settings/account/tokens", data=form)
        secret = made.text.partition('value="dl_')[2].partition('"')[0]
        assert len(secret) >= 43
        headers = {"Authorization": f"Bearer dl_{secret}"}
        assert (await cast.site.http.get("/api/v1/tasks", headers=headers)).status_code == 200
        page = (await browser.get("/settings/account")).text
        assert secret not in page
        assert f"ends with {secret[-4:]}" in page
        assert "never used" not in page
        await browser.post("/settings/account/tokens/1/revoke")
        assert (await cast.site.http.get("/api/v1/tasks", headers=headers)).status_code == 401

    async def test_revoke_foreign(self, cast: Cast) -> None:
        await cast.api_token(cast.member, Grant.READ)
        answers = [
            await cast.site.http.post(f"/settings/account/tokens/{token_id}/revoke", headers=cast.owner.headers)
            for token_id in (1, 2)
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text == answers[1].text


class TestUserInPath:
    async def test_own_and_others(self, cast: Cast) -> None:
        """The path's person is the token's, or there is nothing."""
        access, _ = await cast.pair(cast.member)
        headers = {"Authorization": f"Bearer {access}"}
        mine = await cast.site.http.get(f"/api/v1/{cast.member.id}/tasks", headers=headers)
        foreign = await cast.site.http.get(f"/api/v1/{cast.owner.id}/tasks", headers=headers)
        missing = await cast.site.http.get("/api/v1/99999/tasks", headers=headers)
        assert (mine.status_code, foreign.status_code, missing.status_code) == (200, 404, 404)
        assert foreign.json() == missing.json()


async def test_without_accounts(site: Site) -> None:
    assert (await site.http.get("/auth/me")).json()["auth"] == "local"
    for path, body in (
        ("magic-link", {"email": "a@example.org"}),
        ("verify", {"token": "x"}),
        ("refresh", {"refresh_token": "x"}),
    ):
        assert (await site.http.post(f"/auth/{path}", json=body)).status_code == 404


async def test_key_is_long(cast: Cast) -> None:
    """At least 256 bits, and not the key with which other things are encrypted."""
    key = jwt_tokens._keys(cast.stage.settings)[0]
    assert len(key) >= 32
    assert key != cast.stage.settings.secret_key.get_secret_value().encode()
