"""Every POST of the console leaves an act in the audit chain, or says here why it need not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from django.contrib import admin

from support.console import words
from support.console.readonly import RecordAdmin
from support.console.roles import ROLES

HERE = Path(__file__)
FILES = [path.read_text(encoding="utf-8") for path in (HERE.parents[3] / "support").rglob("*.py")]
# Route → the acts that it records, in whatever of its ways.
ACTS = {
    "accounts:act": "unlock second_factor_reset sessions_ended deactivate reactivate password_link",
    "accounts:codes": "recovery_codes_renewed",
    "accounts:end-others": "sessions_ended",
    "accounts:end-session": "session_ended",
    "accounts:enrol": "second_factor_on",
    "accounts:invitation": "invite_accepted",
    "accounts:invite": "invite",
    "accounts:lost": "recovery_code_used",
    "accounts:resend": "invite_revoked invite password_link",
    "accounts:revoke": "invite_revoked",
    "console:assistant": "switch",
    "console:attach": "attach",
    "console:merge": "merged",
    "console:separate": "separated",
    "console:availability": "availability",
    "console:board-look": "low_score_looked",
    "console:bulk": "take transfer label_added priority status",
    "console:cancel": "withdraw",
    "console:canned-drop": "canned_drop",
    "console:canned-keep": "canned_own",
    "console:correct": "slot_corrected claim_corrected",
    "console:detach": "detach",
    "console:give": "transfer team",
    "console:incident-fix": "incident_fixed",
    "console:incidents": "incident_opened",
    "console:instruct": "instruct",
    "console:labels": "label_created label_added",
    "console:lesson": "lesson_proposed",
    "console:macro": "macro",
    "console:note": "note",
    "console:put-back": "put_back",
    "console:reveal": "reveal",
    "console:status": "status",
    "console:suggest": "suggest",
    "console:take": "take",
    "console:take-over": "take_over",
    "console:undo": "reply_undone",
}
NONE = {
    "accounts:verify": "a sign-in is a row of its own, with device and hour",
    "console:again": "the message is the record: who wrote it, when, and what became of it",
    "console:close": "recorded under its outcome: closed",
    "console:front": "leads on",
    "console:hand-back": "recorded under its outcome: handed_back",
    "console:insertable": "reads; a POST because the case's facts are in the answer",
    "console:keep": "the lease, pushed back while somebody writes",
    "console:notices-seen": "one's own bell",
    "console:queue": "a page",
    "console:case": "a page",
    "console:spending": "a page",
    "console:reply": "the message is the record",
    "console:rule-switch": "recorded as rule_on or rule_off",
    "console:search": "reads; what was searched for is kept nowhere, how often is counted",
    "console:view": "one's own view",
    "console:view-delete": "one's own view",
    "console:views": "one's own views",
    "console:views-order": "one's own views",
}


def test_every_post_is_on_record_or_says_why_not() -> None:
    table = tomllib.loads(HERE.with_name("routes.toml").read_text(encoding="utf-8"))
    refused = {"401", "403", "405", "login"}
    posts = {name for name, ways in table.items() if set(ways["post"].split()) - refused}
    ours = {name for name in posts if name.startswith(("console:", "accounts:"))}
    assert ours == set(ACTS) | set(NONE), ours ^ (set(ACTS) | set(NONE))


@pytest.mark.parametrize("act", sorted({act for acts in ACTS.values() for act in acts.split()}))
def test_the_act_is_one_that_is_recorded(act: str) -> None:
    assert any(re.search(rf'\([^"]*"{act}"', file) for file in FILES if "audit.record(" in file), act


def test_every_act_is_told_in_french() -> None:
    written = {act for file in FILES for act in re.findall(r'audit\.record\([^"]*, "(\w+)", ', file)}
    assert {"take", "looks_at_many"} <= written, "or the scan sees nothing"
    known = words.tables()["staff_acts"].keys() | words.tables()["house_acts"].keys()
    assert not (written | {act for acts in ACTS.values() for act in acts.split()}) - known


def test_no_record_is_saved_or_deleted_by_the_admins_own_hand() -> None:
    """Whatever a role may change in the admin goes through a writer of ours, which is the one that keeps the record."""
    given = {codename for codenames in ROLES.values() for codename in codenames}
    for model, its in admin.site._registry.items():
        name, kind = model._meta.model_name, type(its)
        if {f"add_{name}", f"change_{name}"} & given and not isinstance(its, RecordAdmin):
            assert {"save_model", "save_related"} & _own(kind), name
        if f"delete_{name}" in given:
            assert "delete_model" in _own(kind) and not its.actions, f"{name}: deleting many at once passes by us"


def _own(kind: type) -> set[str]:
    """What is defined in classes of ours."""
    return {name for each in kind.__mro__ if each.__module__.startswith("support.") for name in vars(each)}
