"""Signing in, in real browsers with real mails: the first owner, an invited person, a link that is over, an ended session."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenTab, StartApp, Tab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, row
from tests.e2e.team import ACCOUNTS, let_in, set_up, setup_link
from tests.support.mail_server import LINK, MailServer, link_in
from tests.support.oidc_server import CLIENT, SECRET, OidcServer

LONG_AGO = "2020-01-01 00:00:00.000000"


@pytest.fixture(scope="module")
def outside() -> Iterator[tuple[MailServer, OidcServer]]:
    """A server for mails, and a provider of identities, for the browser another site than Dayloom."""
    with MailServer() as mails, OidcServer(host="localhost") as provider:
        yield mails, provider


@pytest.fixture
def mails(outside: tuple[MailServer, OidcServer]) -> MailServer:
    """Without letters."""
    mails, _ = outside
    mails.letters.clear()
    return mails


@pytest.fixture
def provider(outside: tuple[MailServer, OidcServer]) -> OidcServer:
    _, provider = outside
    return provider


@pytest.fixture
def team(start_app: StartApp, mails: MailServer, provider: OidcServer) -> AppServer:
    """A server whose people have accounts, and which nobody owns yet."""
    environment = ACCOUNTS | {"SMTP_URL": mails.url, "MAIL_FROM": "Dayloom <dayloom@example.org>"}
    environment |= {"OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET}
    environment |= {"OIDC_NAME": "Example ID", "OIDC_DOMAINS": "example.org"}
    return start_app(**environment)


def ada_in(team: AppServer, open_tab: OpenTab) -> Tab:
    """Ada, who owns it, on Today in a browser of hers."""
    set_up(team)
    tab = open_tab("about:blank")
    let_in(tab.page.context, team)
    tab.page.goto(team.url)
    return tab


def ask_for_link(page: Page, email: str) -> None:
    page.get_by_label("Mail address").fill(email)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Look into your mail")).to_be_visible()


def test_team(team: AppServer, mails: MailServer, open_tab: OpenTab) -> None:
    """Ada sets it up by the link in the log and invites Bob; he comes by mail, in his own browser, and sees nothing of hers."""
    ada = open_tab(setup_link(team)).page
    ada.get_by_label("Your name").fill("Ada")
    ada.get_by_label("Your mail address").fill("ada@example.org")
    ada.get_by_role("button", name="Set up and sign in").click()
    expect(ada.get_by_label("New task")).to_be_visible()
    add(ada, "Ada's secret plan 1h")
    expect(row(ada, "Ada's secret plan")).to_be_visible()
    ada.goto(f"{team.url}/settings")
    ada.get_by_role("navigation", name="Parts").get_by_role("link", name="People").click()
    ada.get_by_label("Mail address").fill("bob@example.org")
    ada.get_by_label("Name", exact=True).fill("Bob")
    ada.get_by_role("button", name="Invite", exact=True).click()
    expect(ada.get_by_label("Link", exact=True)).to_have_value(LINK)
    bob = open_tab(link_in(mails.wait_for(1))).page
    bob.get_by_role("button", name="Open my account").click()
    expect(bob.get_by_label("New task")).to_be_visible()
    expect(bob.get_by_text("secret plan")).to_have_count(0)
    add(bob, "Bob's own 30min")
    expect(row(bob, "Bob's own")).to_be_visible()
    ada.goto(team.url)
    expect(row(ada, "Ada's secret plan")).to_be_visible()
    expect(ada.get_by_text("Bob's own")).to_have_count(0)


def test_link_by_mail(team: AppServer, mails: MailServer, open_tab: OpenTab) -> None:
    """Out, and in again in a second browser; a used link and one that is too old say so and let nobody in."""
    ada = ada_in(team, open_tab).page
    ada.get_by_role("link", name="Your account: Ada").click()
    ada.get_by_role("button", name="Sign out", exact=True).click()
    expect(ada.get_by_role("heading", name="Sign in")).to_be_visible()
    ada.goto(f"{team.url}/tasks?q=a")
    ask_for_link(ada, "ada@example.org")
    used = link_in(mails.wait_for(1))
    second = open_tab(used)
    second.page.get_by_role("button", name="Sign in").click()
    expect(second.page.get_by_label("New task")).to_be_visible()
    third = open_tab("about:blank")
    third.watch.allow(401)
    third.page.goto(used)
    expect(third.page.get_by_text("This link was used already")).to_be_visible()
    ask_for_link(third.page, "ada@example.org")
    late = link_in(mails.wait_for(2))
    with closing(sqlite3.connect(team._file, timeout=5)) as connection, connection:
        connection.execute("UPDATE sign_in_links SET expires_at = ?", (LONG_AGO,))
    third.page.goto(late)
    expect(third.page.get_by_text("it is too old")).to_be_visible()
    third.page.goto(team.url)
    expect(third.page).to_have_url(re.compile(r"/sign-in$"))


def test_by_a_provider(team: AppServer, provider: OidcServer, open_tab: OpenTab) -> None:
    """To the provider and back: with an address that it has not verified nobody comes in; with one that it has, a new member
    does, to the page that they wanted."""
    set_up(team)
    tab = open_tab(f"{team.url}/calendar")
    tab.watch.allow(401)
    provider.claims = lambda claims: claims | {"email_verified": False}
    button = tab.page.get_by_role("link", name="Continue with Example ID")
    button.click()
    expect(tab.page.get_by_text("Example ID has not verified that eve@example.org is your address.")).to_be_visible()
    tab.page.goto(f"{team.url}/calendar")
    provider.claims = lambda claims: claims
    button.click()
    expect(tab.page).to_have_url(f"{team.url}/calendar")
    expect(tab.page.get_by_role("link", name="Your account: Eve of the provider")).to_be_visible()
    tab.page.reload()
    expect(tab.page).to_have_url(f"{team.url}/calendar")
    assert [asked["client_id"] for asked in provider.asked] == [CLIENT, CLIENT]


def test_ended_session(team: AppServer, mails: MailServer, open_tab: OpenTab) -> None:
    """A browser is signed out from another one while somebody types in it: what they typed is stored once they are in again."""
    first = ada_in(team, open_tab)
    first.watch.allow(401)
    second = open_tab(f"{team.url}/sign-in").page
    ask_for_link(second, "ada@example.org")
    second.goto(link_in(mails.wait_for(1)))
    second.get_by_role("button", name="Sign in").click()
    field = first.page.get_by_label("New task")
    field.fill("Typed with care 45min")
    second.goto(f"{team.url}/settings/account")
    second.get_by_role("button", name="Sign out everywhere else").click()
    expect(second.get_by_text("You are signed out everywhere else.")).to_be_visible()
    field.press("Enter")
    expect(first.page.get_by_text("What you typed is still here")).to_be_visible()
    expect(field).to_have_value("Typed with care 45min")
    with first.page.expect_popup() as opened:
        first.page.locator("#signed-out").get_by_role("link", name="Sign in").click()
    ask_for_link(opened.value, "ada@example.org")
    opened.value.goto(link_in(mails.wait_for(2)))
    opened.value.get_by_role("button", name="Sign in").click()
    expect(opened.value.get_by_label("New task")).to_be_visible()
    field.press("Enter")
    expect(row(first.page, "Typed with care")).to_be_visible()
