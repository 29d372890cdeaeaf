"""The people of an instance: inviting, links, roles, shutting out, and what the log says of it."""

from __future__ import annotations

import pytest
from limits import parse as parse_limit

from models import Grant, Role
from routers.signing import PASSWORDS_OF_ONE_ADDRESS
from tests.support.cast import COOKIE, Cast
from tests.support.pages import has, parse, text, value

PEOPLE = "/settings/people"


async def act(cast: Cast, who: str, path: str, fields: dict[str, str] | None = None) -> int:
    """Post as somebody of the cast; the status."""
    headers = getattr(cast, who).headers
    answer = await cast.site.http.post(f"{PEOPLE}{path}", data=fields or {}, headers=headers)
    return answer.status_code


class TestInvite:
    async def test_walk(self, cast: Cast) -> None:
        """From the page to the invited person's own, empty, Today."""
        form = {"email": "Bob@Example.org", "name": "Bob", "role": "member"}
        await cast.stage.add("Ada's own")
        answer = await cast.site.http.post(PEOPLE, data=form, headers=cast.owner.headers)
        page = parse(answer)
        assert "A link for Bob" in text(page, "#handed-link strong")
        url = value(page, "#handed-link input")
        async with cast.browser() as browser:
            assert "bob@example.org" in (await browser.get(url)).text
            done = await browser.post("/sign-in/link", data={"token": url.partition("token=")[2]})
            assert done.status_code == 303
            today = await browser.get("/")
            assert "Your account: Bob" in today.text
            assert "Ada's own" not in today.text
            assert (await browser.get(PEOPLE)).status_code == 403
        shown = (await cast.site.http.get(PEOPLE, headers=cast.owner.headers)).text
        assert url not in shown
        assert "Invited" not in shown

    @pytest.mark.parametrize(
        ("who", "fields", "field"),
        [
            ("owner", {"email": "nowhere"}, "email"),
            ("owner", {"email": "EVE@example.org"}, "email"),
            ("owner", {"email": "bob@example.org", "role": "king"}, "role"),
            ("admin", {"email": "bob@example.org", "role": "admin"}, "role"),
            ("owner", {"email": "bob@example.org", "name": "B" * 101}, "name"),
        ],
    )
    async def test_invalid(self, cast: Cast, who: str, fields: dict[str, str], field: str) -> None:
        answer = await cast.site.http.post(PEOPLE, data=fields, headers=getattr(cast, who).headers)
        page = parse(answer)
        assert answer.status_code == 422
        assert has(page, f"#field-{field}-error")
        assert value(page, "#field-email") == fields["email"]


class TestLink:
    async def test_who_may(self, cast: Cast) -> None:
        """A link is as good as being that person: for owners, and never to an owner; an invitation is for whoever invites."""
        other = await cast.join("bob", Role.OWNER)
        assert await act(cast, "owner", f"/{cast.member.id}/link") == 200
        assert await act(cast, "owner", f"/{cast.admin.id}/link") == 200
        assert await act(cast, "owner", f"/{other.id}/link") == 403
        assert await act(cast, "admin", f"/{cast.member.id}/link") == 403
        assert await act(cast, "admin", f"/{cast.owner.id}/link") == 403
        assert await act(cast, "admin", "", {"email": "carol@example.org"}) == 200
        assert await act(cast, "admin", f"/{other.id + 1}/link") == 200
        assert await act(cast, "owner", "/987654/link") == 404


class TestRole:
    async def test_valid(self, cast: Cast) -> None:
        assert await act(cast, "owner", f"/{cast.member.id}/role", {"role": "admin"}) == 303
        assert (await cast.site.http.get(PEOPLE, headers=cast.member.headers)).status_code == 200
        assert await act(cast, "owner", f"/{cast.member.id}/role", {"role": "member"}) == 303
        assert (await cast.site.http.get(PEOPLE, headers=cast.member.headers)).status_code == 403

    async def test_only_owners(self, cast: Cast) -> None:
        assert await act(cast, "admin", f"/{cast.admin.id}/role", {"role": "owner"}) == 403
        assert await act(cast, "member", f"/{cast.member.id}/role", {"role": "owner"}) == 403

    async def test_former_links_are_over(self, cast: Cast) -> None:
        """An admin has invited somebody and kept the link: it does not let the admin in as the owner that they become."""
        answer = await cast.site.http.post(PEOPLE, data={"email": "bob@example.org"}, headers=cast.admin.headers)
        kept = value(parse(answer), "#handed-link input").partition("token=")[2]
        bob = cast.admin.id + 1
        assert await act(cast, "owner", f"/{bob}/role", {"role": "owner"}) == 303
        assert (await cast.browser().post("/sign-in/link", data={"token": kept})).status_code == 401
        assert await act(cast, "owner", f"/{bob}/link") == 200

    async def test_last_owner(self, cast: Cast) -> None:
        """There is always an owner who can sign in; one who is shut out does not count."""
        assert await act(cast, "owner", f"/{cast.owner.id}/role", {"role": "member"}) == 409
        assert await act(cast, "owner", f"/{cast.admin.id}/role", {"role": "owner"}) == 303
        assert await act(cast, "owner", f"/{cast.admin.id}/disable") == 303
        assert await act(cast, "owner", f"/{cast.owner.id}/role", {"role": "member"}) == 409
        assert await act(cast, "owner", f"/{cast.admin.id}/enable") == 303
        assert await act(cast, "owner", f"/{cast.owner.id}/role", {"role": "member"}) == 303


class TestDisable:
    async def test_and_back(self, cast: Cast) -> None:
        program = await cast.api_token(cast.member, Grant.READ)
        assert await act(cast, "admin", f"/{cast.member.id}/disable") == 303
        assert (await cast.site.http.get("/", headers=cast.member.headers)).status_code == 303
        assert (await cast.site.http.get("/api/v1/tasks", headers=program.headers)).status_code == 401
        assert "Shut out" in (await cast.site.http.get(PEOPLE, headers=cast.owner.headers)).text
        assert await act(cast, "admin", f"/{cast.member.id}/enable") == 303
        assert (await cast.site.http.get("/", headers=cast.member.headers)).status_code == 303
        assert (await cast.site.http.get("/api/v1/tasks", headers=program.headers)).status_code == 200

    async def test_who_may(self, cast: Cast) -> None:
        assert await act(cast, "admin", f"/{cast.owner.id}/disable") == 403
        assert await act(cast, "admin", f"/{cast.admin.id}/disable") == 409
        assert await act(cast, "owner", f"/{cast.owner.id}/disable") == 409
        assert await act(cast, "member", f"/{cast.admin.id}/disable") == 403


class TestAccount:
    """A person's own page."""

    async def test_other_browser(self, cast: Cast) -> None:
        other = await cast.again(cast.member)
        page = parse(await cast.site.http.get("/settings/account", headers=cast.member.headers))
        buttons = [form.attributes["action"] or "" for form in page.css("form[action*='/sessions/'][action$='/end']")]
        ends = [action for action in buttons if action != "/settings/account/sessions/end"]
        assert len(ends) == 1
        assert (await cast.site.http.post(ends[0], headers=cast.owner.headers)).status_code == 404
        assert (await cast.site.http.post(ends[0], headers=cast.member.headers)).status_code == 303
        assert (await cast.site.http.get("/", headers=other.headers)).status_code == 303
        assert (await cast.site.http.get("/", headers=cast.member.headers)).status_code == 200

    async def test_password(self, cast: Cast) -> None:
        """Setting one ends everything else; changing it wants the present one."""
        other, (_, refresh) = await cast.again(cast.member), await cast.pair(cast.member)
        path, headers = "/settings/account/password", cast.member.headers
        assert (await cast.site.http.post(path, data={"password": "too short"}, headers=headers)).status_code == 422
        assert (await cast.site.http.post(path, data={"password": "aaaaaaaaaaaaaaaa"}, headers=headers)).status_code == 422
        assert (await cast.site.http.post(path, data={"password": "four words of mine"}, headers=headers)).status_code == 303
        assert (await cast.site.http.get("/", headers=other.headers)).status_code == 303
        assert (await cast.site.http.post("/auth/refresh", json={"refresh_token": refresh})).status_code == 401
        wrong = {"present": "not this one", "password": "five other words of mine"}
        assert has(parse(await cast.site.http.post(path, data=wrong, headers=headers)), "#field-present-error")
        gone = {"present": "four words of mine", "remove": "on"}
        assert (await cast.site.http.post(path, data=gone, headers=headers)).status_code == 303
        answer = await cast.site.submit("/sign-in", {"email": cast.member.email, "password": "four words of mine"})
        assert answer.status_code == 401

    async def test_present_password_is_not_guessed(self, cast: Cast) -> None:
        path, headers = "/settings/account/password", cast.member.headers
        assert (await cast.site.http.post(path, data={"password": "four words of mine"}, headers=headers)).status_code == 303
        rate, attempts = parse_limit(PASSWORDS_OF_ONE_ADDRESS), cast.site.app.state.attempts
        for _ in range(rate.amount):  # as each wrong one is counted, which takes longer
            await attempts.take(rate, "present passwords", cast.member.email)
        right = {"present": "four words of mine", "remove": "on"}
        assert (await cast.site.http.post(path, data=right, headers=headers)).status_code == 429

    async def test_name(self, cast: Cast) -> None:
        answer = await cast.site.http.post("/settings/account/name", data={"name": " "}, headers=cast.member.headers)
        assert answer.status_code == 422
        await cast.site.http.post("/settings/account/name", data={"name": "Eve B."}, headers=cast.member.headers)
        assert "Your account: Eve B." in (await cast.site.http.get("/", headers=cast.member.headers)).text


async def test_log(cast: Cast) -> None:
    """What was done stands in the log, for those who run the instance; a secret never does."""
    secret = await cast.link(cast.member)
    await cast.browser().post("/sign-in/link", data={"token": secret})
    await cast.site.submit("/sign-in", {"email": cast.member.email, "password": "not my password"})
    await act(cast, "owner", f"/{cast.member.id}/role", {"role": "admin"})
    await act(cast, "owner", f"/{cast.member.id}/disable")
    page = parse(await cast.site.http.get(f"{PEOPLE}/log", headers=cast.admin.headers))
    lines = [" ".join(line.text().split()) for line in page.css("#audit li")]
    for words in ("eve: signed in (by a link (sign in))", "eve: refused (wrong password)", "eve: role changed (admin)"):
        assert any(line.startswith(words) for line in lines), lines
    assert any(line.startswith("eve: disabled") and ", by ada" in line for line in lines)
    assert secret not in page.html  # type: ignore[operator]
    assert COOKIE not in cast.site.http.cookies
