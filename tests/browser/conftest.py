"""The browser, and a page with the widget on it beside the scripted server it talks to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from support.console.roles import sync_roles
from tests.browser.console_page import DESKTOP, PASSWORD, Console
from tests.browser.stand_in import StandIn
from tests.browser.widget_page import HOST_PAGE, Widget
from tests.house import House

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
expect.set_options(timeout=15_000)  # how long a page may take is measured elsewhere; a busy machine is no fault
OpenWidget = Callable[..., Widget]
SignIn = Callable[..., Console]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a module: Playwright's own event loop must not outlive it into tests that bring theirs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module", autouse=True)
def orm_beside_playwright() -> Iterator[None]:
    """Playwright keeps an event loop in this very thread, beside which Django would refuse to work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """The scripted server, with a host site at /."""
    with StandIn() as server:
        server.pages["/"] = HOST_PAGE
        yield server


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts (a customer's browser each, with its own storage), closed at the end of the test."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        contexts.append(
            chromium.new_context(**{"locale": "fr-FR", "viewport": {"width": 1280, "height": 800}, **options})
        )
        contexts[-1].set_default_timeout(10_000)
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_widget(stand_in: StandIn, new_context: Callable[..., BrowserContext]) -> OpenWidget:
    """Opens the host site in a fresh browser and waits until the chat is open and connected."""

    def open_it(*, script: str = "", opened: bool = True, **options: Any) -> Widget:
        context = new_context(**options)
        if script:
            context.add_init_script(script)
        widget = Widget(context.new_page(), stand_in)
        widget.visit()
        if opened:
            widget.open()
        return widget

    return open_it


@pytest.fixture
def widget(open_widget: OpenWidget) -> Widget:
    """An open, connected chat on a desktop, in French."""
    return open_widget()


@pytest.fixture
def sign_in(house: House, new_context: Callable[..., BrowserContext]) -> SignIn:
    """Opens a browser of a member of staff, signed in and looking at the live queue."""
    sync_roles()

    def make(name: str = "awa", role: str = "agent", **options: object) -> Console:
        user = User.objects.create_user(name, password=PASSWORD, first_name=name.title(), is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        context = new_context(**{**DESKTOP, **options})
        console = Console(context.new_page(), house.url)
        console.sign_in(name)
        return console

    return make
