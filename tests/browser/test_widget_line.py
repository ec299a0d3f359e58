"""A bad line: nothing written is lost, nothing arrives twice, and it comes back by itself."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWidget
from tests.browser.stand_in import StandIn, say_nothing, store_it
from tests.browser.widget_page import Widget

pytestmark = pytest.mark.browser
SOON = 15_000  # milliseconds; a few back-offs
# Notes how long each retry would wait, and lets it happen at once.
WATCH_THE_BACK_OFF = """
window.waits = [];
const later = setTimeout;
window.setTimeout = (work, ms, ...rest) => {
  if (!String(work).includes('connect')) return later(work, ms, ...rest);
  waits.push(ms);
  return later(work, 5, ...rest);
};
"""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_after_a_cut_it_asks_only_for_what_it_has_not_seen(widget: Widget, stand_in: StandIn) -> None:
    stand_in.say("un")
    stand_in.say("deux")
    expect(widget.bubbles).to_have_count(2)
    stand_in.cut()
    stand_in.row("trois", "bot")
    expect(widget.bubbles).to_have_text(["un", "deux", "trois"], timeout=SOON)
    assert [query["after"] for query in stand_in.connections] == ["0", "2"]


def test_a_page_change_shows_the_transcript_at_once_and_replays_only_the_news(
    widget: Widget, stand_in: StandIn
) -> None:
    stand_in.say("un")
    widget.write("deux")
    expect(widget.tick("deux")).to_have_accessible_name("Envoyé")
    widget.eventually("Object.keys(sessionStorage).some((key) => sessionStorage[key].includes('deux'))")
    stand_in.go_down()
    widget.visit()
    widget.launcher.click()
    expect(widget.bubbles).to_have_text(["un", "deux"])
    stand_in.row("trois", "bot")
    stand_in.come_back()
    expect(widget.bubbles).to_have_text(["un", "deux", "trois"], timeout=SOON)
    assert stand_in.connections[-1]["after"] == "2"


def test_a_seq_shown_once_is_not_shown_again_and_a_late_one_finds_its_place(widget: Widget, stand_in: StandIn) -> None:
    first, second, third = (stand_in.row(text, "bot") for text in ("un", "deux", "trois"))
    stand_in.push(first, third, first, second, third)
    stand_in.say("quatre")
    expect(widget.bubbles).to_have_text(["un", "deux", "trois", "quatre"])


def test_messages_written_without_a_line_wait_and_leave_in_order(widget: Widget, stand_in: StandIn) -> None:
    stand_in.go_down()
    expect(widget.notice).to_contain_text("Pas de connexion")
    for text in ("un", "deux", "trois"):
        widget.write(text)
    expect(widget.tick("trois")).to_have_accessible_name("En attente")
    stand_in.come_back()
    expect(widget.tick("trois")).to_have_accessible_name("Envoyé", timeout=SOON)
    assert [row["text"] for row in stand_in.rows] == ["un", "deux", "trois"]
    assert len(stand_in.sends()) == 3
    expect(widget.notice).to_be_hidden()


def test_a_message_written_without_a_line_survives_closing_the_page(widget: Widget, stand_in: StandIn) -> None:
    stand_in.go_down()
    widget.write("important")
    expect(widget.tick("important")).to_be_visible()
    widget.page.close()
    stand_in.come_back()
    again = Widget(widget.page.context.new_page(), stand_in)
    again.visit()
    again.launcher.click()
    expect(again.tick("important")).to_have_accessible_name("Envoyé", timeout=SOON)
    assert [row["text"] for row in stand_in.rows] == ["important"]


def test_an_answer_lost_with_the_line_does_not_store_the_message_twice(widget: Widget, stand_in: StandIn) -> None:
    stand_in.answer = say_nothing
    widget.write("une seule fois")
    expect(widget.tick("une seule fois")).to_have_accessible_name("En attente")
    stand_in.row("une seule fois", "customer", client_id=stand_in.sends(1)[0]["client_id"])  # stored, never told
    stand_in.answer = store_it
    stand_in.cut()
    expect(widget.tick("une seule fois")).to_have_accessible_name("Envoyé", timeout=SOON)
    widget.write("la suite")
    expect(widget.tick("la suite")).to_have_accessible_name("Envoyé")
    expect(widget.bubbles).to_have_text(["une seule fois", "la suite"])
    assert [frame["text"] for frame in stand_in.sends()] == ["une seule fois", "la suite"]


def test_a_send_lost_before_the_server_is_sent_again_under_the_same_id(widget: Widget, stand_in: StandIn) -> None:
    stand_in.answer = say_nothing
    widget.write("perdu")
    stand_in.sends(1)
    stand_in.answer = store_it
    stand_in.cut()
    expect(widget.tick("perdu")).to_have_accessible_name("Envoyé", timeout=SOON)
    ids = [frame["client_id"] for frame in stand_in.sends()]
    assert len(ids) == 2 and len(set(ids)) == 1 and UUID.fullmatch(ids[0])


def test_a_line_that_only_looks_open_is_replaced(open_widget: OpenWidget, stand_in: StandIn) -> None:
    widget = open_widget(opened=False)
    widget.page.clock.install()
    widget.page.reload()
    widget.open()
    stand_in.answer = say_nothing
    widget.write("allô")
    stand_in.sends(1)
    stand_in.answer = store_it
    widget.page.clock.fast_forward(20_000)
    widget.page.clock.fast_forward(2_000)
    expect(widget.tick("allô")).to_have_accessible_name("Envoyé", timeout=SOON)
    assert len(stand_in.connections) == 2


def test_it_comes_back_at_once_when_the_network_does(widget: Widget, stand_in: StandIn) -> None:
    widget.page.context.set_offline(True)
    expect(widget.page.locator(".state.up")).to_have_count(0)
    widget.write("hors ligne")
    widget.page.context.set_offline(False)
    expect(widget.tick("hors ligne")).to_have_accessible_name("Envoyé", timeout=SOON)
    assert len(stand_in.rows) == 1


def test_retries_come_less_and_less_often_and_never_on_a_fixed_beat(open_widget: OpenWidget, stand_in: StandIn) -> None:
    stand_in.go_down()
    widget = open_widget(script=WATCH_THE_BACK_OFF, opened=False)
    widget.launcher.click()
    widget.eventually("waits.length > 9")
    found = widget.page.evaluate("waits")
    ceilings = [min(30_000, 1_000 * 2**i) for i in range(len(found))]
    assert all(ceiling / 2 <= wait <= ceiling for wait, ceiling in zip(found, ceilings, strict=True))
    assert len(set(found)) == len(found)


def test_a_customer_who_writes_is_not_kept_waiting_by_earlier_failures(
    open_widget: OpenWidget, stand_in: StandIn
) -> None:
    stand_in.go_down()
    widget = open_widget(script=WATCH_THE_BACK_OFF, opened=False)
    widget.launcher.click()
    widget.eventually("waits.at(-1) > 4000")
    widget.page.evaluate("waits.length = 0")
    for turn in range(5):  # some of these fall while an attempt is under way
        widget.write(f"message {turn}")
    widget.eventually("waits.some((ms) => ms <= 1000)")


def test_an_expired_session_is_renewed_and_the_unsent_message_follows(widget: Widget, stand_in: StandIn) -> None:
    stand_in.say("ancienne discussion")
    expect(widget.bubbles).to_have_count(1)
    stand_in.go_down()
    widget.write("toujours là")
    stand_in.new_conversation()
    stand_in.come_back()
    expect(widget.tick("toujours là")).to_have_accessible_name("Envoyé", timeout=SOON)
    expect(widget.page.get_by_text("Votre session a expiré")).to_be_visible()
    expect(widget.page.get_by_text("ancienne discussion")).to_have_count(0)
    assert [row["text"] for row in stand_in.rows] == ["toujours là"]
    assert len(stand_in.sessions) == 2


def test_a_session_past_its_date_is_not_even_tried(open_widget: OpenWidget, stand_in: StandIn) -> None:
    stand_in.token_lasts = timedelta(seconds=-1)
    widget = open_widget()
    stand_in.cut()
    expect(widget.page.locator(".state.up")).to_have_count(0)
    widget.wait_for_line()
    assert len(stand_in.sessions) == 2


def test_a_token_that_is_refused_without_a_word_is_doubted_in_the_end(widget: Widget, stand_in: StandIn) -> None:
    stand_in.go_down()  # every handshake is answered 503, as a proxy would
    stand_in.cut()
    widget.eventually("!Object.keys(localStorage).some((key) => key.endsWith('session'))")
    stand_in.come_back()
    expect(widget.page.locator(".state.up")).to_be_visible(timeout=30_000)
    assert len(stand_in.sessions) == 2


def test_frames_that_make_no_sense_are_passed_over(widget: Widget, stand_in: StandIn) -> None:
    stand_in.push(
        "pas du json",
        "null",
        "[]",
        "3",
        '{"type":"constructor"}',
        '{"type":"later","x":1}',
        '{"type":"error","code":"??"}',
    )
    stand_in.say("toujours debout")
    expect(widget.bubbles).to_have_text(["toujours debout"])
    expect(widget.notice).to_contain_text("Un souci de notre côté")
    assert widget.problems == []


def test_two_tabs_show_the_same_and_send_once(widget: Widget, stand_in: StandIn) -> None:
    other = Widget(widget.page.context.new_page(), stand_in)
    other.visit()
    other.open()
    stand_in.go_down()
    widget.write("depuis un onglet")
    expect(widget.tick("depuis un onglet")).to_be_visible()
    stand_in.come_back()
    for tab in (widget, other):
        expect(tab.tick("depuis un onglet")).to_have_accessible_name("Envoyé", timeout=SOON)
    assert len(stand_in.rows) == 1
    assert len(stand_in.sessions) == 1


def test_it_works_where_storage_and_random_ids_are_forbidden(open_widget: OpenWidget, stand_in: StandIn) -> None:
    widget = open_widget(
        script="""for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });
        Object.defineProperty(crypto, 'randomUUID', { value: undefined });"""
    )
    widget.write("sans mémoire")
    expect(widget.tick("sans mémoire")).to_have_accessible_name("Envoyé")
    assert UUID.fullmatch(stand_in.sends(1)[0]["client_id"])
    assert widget.problems == []


def test_a_full_storage_does_not_stop_a_message(open_widget: OpenWidget, stand_in: StandIn) -> None:
    widget = open_widget(
        script="Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
    )
    widget.write("un")
    widget.write("deux")
    expect(widget.tick("deux")).to_have_accessible_name("Envoyé")
    assert [row["text"] for row in stand_in.rows] == ["un", "deux"]
