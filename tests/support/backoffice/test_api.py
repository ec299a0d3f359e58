"""The back office's REST, from outside: who may, what comes back, and what no input can break."""

from __future__ import annotations

import json
import typing
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from support import clock, redis_client
from support.backoffice import api, tokens
from support.models import ApiToken, Claim, ClaimEvent, ClaimStatus, Message
from tests.support.backoffice.conftest import Filed, caller
from tests.support.journeys import rings
from tests.support.test_receive import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "AK-204-7318"
PATH = f"/api/v1/claims/{NUMBER}/status"


def post(client: Client, path: str = PATH, **body: object) -> Any:
    return client.post(path, {"event_id": "e1", "status": "processing"} | body, "application/json")


def test_a_status_is_changed_and_its_telling_is_due(office: Client, filed: Filed) -> None:
    claim = filed()
    answer = post(office, note="  on\nregarde ")
    assert answer.status_code == 200, answer.content
    assert answer.json()["outcome"] == "applied"
    claim.refresh_from_db()
    assert (claim.status, claim.note) == ("processing", "on regarde")
    assert ClaimEvent.objects.get(name="status").told == "due"
    assert ("support.tasks.announce_changes", str(claim.conversation_id)) in rings("turns")


def test_the_schema_lists_the_statuses_of_the_record() -> None:
    assert set(typing.get_args(api.Status)) == set(ClaimStatus.values)


def test_the_same_event_again_gets_the_first_answer(office: Client, filed: Filed) -> None:
    filed()
    first = post(office)
    post(office, event_id="e2", status="resolved")
    again = post(office)
    assert again.json() == first.json()
    assert Claim.objects.get().status == "resolved"
    assert ClaimEvent.objects.filter(name="status").count() == 2


def test_an_event_id_is_for_one_change(office: Client, filed: Filed) -> None:
    filed()
    post(office)
    answer = post(office, status="resolved")
    assert (answer.status_code, answer.json()["code"]) == (409, "event_reused")
    assert Claim.objects.get().status == "processing"


def test_twenty_of_the_same_at_once_are_one_change(office: Client, filed: Filed) -> None:
    filed()
    answers = in_parallel(20, lambda _: post(Client(**office.defaults)))
    assert {answer.status_code for answer in answers} == {200}  # type: ignore[attr-defined]
    assert len({answer.content for answer in answers}) == 1  # type: ignore[attr-defined]
    assert ClaimEvent.objects.filter(name="status").count() == 1


def test_twenty_changes_at_once_are_all_kept_and_the_latest_stands(office: Client, filed: Filed) -> None:
    filed()
    start = clock.now() - timedelta(hours=1)
    statuses = ClaimStatus.values

    def change(n: int) -> object:
        at = (start + timedelta(seconds=n)).isoformat()
        return post(Client(**office.defaults), event_id=f"e{n}", status=statuses[n % 6], note=f"n{n}", at=at)

    answers = in_parallel(20, change)
    assert {answer.status_code for answer in answers} == {200}  # type: ignore[attr-defined]
    claim = Claim.objects.get()
    assert (claim.status, claim.note) == (statuses[19 % 6], "n19")
    assert ClaimEvent.objects.filter(name="status").count() == 20


def test_an_older_change_that_comes_late_takes_nothing_back(office: Client, filed: Filed) -> None:
    filed()
    now = clock.now()
    post(office, event_id="late", status="resolved", at=now.isoformat())
    answer = post(
        office, event_id="early", at=(now - timedelta(minutes=5)).isoformat(), corrections={"from_operator": "MTN"}
    )
    assert answer.json() | {"at": ""} == {
        "event_id": "early", "number": NUMBER, "outcome": "superseded", "status": "resolved", "at": "",
    }  # fmt: skip
    claim = Claim.objects.get()
    assert (claim.status, claim.slots["from_operator"]["value"]) == ("resolved", "Wave")
    assert ClaimEvent.objects.get(event_id="early").told == ""


def test_nothing_new_is_no_news(office: Client, filed: Filed) -> None:
    filed(status="processing")
    assert post(office).json()["outcome"] == "unchanged"
    assert ClaimEvent.objects.get(name="status").told == ""


@pytest.mark.parametrize(
    ("slot", "written", "kept"),
    [
        ("easytransfert_id", "efb 3148 2095", "EFB.31482095"),
        ("operator_tx_id", "mp240612.1234.a12345", "MP240612.1234.A12345"),
        ("operator_tx_id", "T7A2 N5TS AD33 EUPVK", "T7A2N5TSAD33EUPVK"),
        ("from_operator", "orange money", "Orange"),
        ("amount_fcfa", "50 000 FCFA", 50_000),
        ("amount_fcfa", 50_000, 50_000),
        ("recipient_msisdn", "07 00 00 00 12", "+2250700000012"),
    ],
)
def test_a_corrected_value_is_read_as_customers_are(
    office: Client, filed: Filed, slot: str, written: str | int, kept: str | int
) -> None:
    filed()
    answer = post(office, corrections={slot: written})
    assert answer.status_code == 200, answer.content
    found = Claim.objects.get().slots[slot]
    assert (found["value"], found["source"]) == (kept, "backoffice:e1")


def test_a_corrected_reference_is_found_in_the_admin(office: Client, filed: Filed) -> None:
    from support.privacy.fields import blind_index

    filed()
    post(office, corrections={"easytransfert_id": "EFB.31482095"})
    assert Claim.objects.get().reference_index == blind_index("reference", "EFB.31482095")


@pytest.mark.parametrize(
    ("corrections", "field"),
    [
        ({"operator_tx_id": "je ne sais pas"}, "corrections.operator_tx_id"),
        ({"operator_tx_id": "07 00 00 00 12"}, "corrections.operator_tx_id"),
        ({"easytransfert_id": "EFB.31482095 et merci"}, "corrections.easytransfert_id"),
        ({"from_operator": "Pikachu"}, "corrections.from_operator"),
        ({"amount_fcfa": True}, "data.corrections.amount_fcfa"),
        ({"nothing": "x"}, "corrections.nothing"),
        ({"easytransfert_id": " "}, "corrections.easytransfert_id"),
    ],
)
def test_a_value_that_is_none_is_refused_by_its_name(
    office: Client, filed: Filed, corrections: dict[str, Any], field: str
) -> None:
    filed()
    answer = post(office, corrections=corrections)
    assert answer.status_code == 422
    assert any(each["field"].startswith(field) for each in answer.json()["errors"]), answer.json()
    assert Claim.objects.get().status == "received"


BAD_BODIES: dict[str, object] = {
    "no JSON": b"{",
    "not UTF-8": b"\xff\xfe",
    "a list": [],
    "null": None,
    "empty": {},
    "deep": b"[" * 20_000,
    "no event_id": {"status": "processing"},
    "no status": {"event_id": "e1"},
    "unknown field": {"event_id": "e1", "status": "processing", "amount": 1},
    "status of another kind": {"event_id": "e1", "status": 3},
    "status unknown": {"event_id": "e1", "status": "forwarded"},
    "status null": {"event_id": "e1", "status": None},
    "event_id empty": {"event_id": "", "status": "processing"},
    "event_id number": {"event_id": 7, "status": "processing"},
    "event_id long": {"event_id": "x" * 101, "status": "processing"},
    "event_id spaced": {"event_id": "a b", "status": "processing"},
    "event_id NUL": {"event_id": "a\x00", "status": "processing"},
    "event_id line": {"event_id": "a\n", "status": "processing"},
    "note number": {"event_id": "e1", "status": "processing", "note": 1},
    "note null": {"event_id": "e1", "status": "processing", "note": None},
    "note long": {"event_id": "e1", "status": "processing", "note": "é" * 501},
    "note half a pair": b'{"event_id":"e1","status":"processing","note":"\\ud800"}',
    "note asks a secret": {"event_id": "e1", "status": "processing", "note": "Envoyez-nous votre code secret"},
    "note holds a secret": {"event_id": "e1", "status": "processing", "note": "votre code pin est 4815"},
    "reference long": {"event_id": "e1", "status": "resolved", "success_reference": "x" * 101},
    "reference list": {"event_id": "e1", "status": "resolved", "success_reference": []},
    "corrections list": {"event_id": "e1", "status": "processing", "corrections": []},
    "corrections nested": {"event_id": "e1", "status": "processing", "corrections": {"amount_fcfa": {}}},
    "corrections float": {"event_id": "e1", "status": "processing", "corrections": {"amount_fcfa": 1.5}},
    "corrections long": {"event_id": "e1", "status": "processing", "corrections": {"operator_tx_id": "9" * 201}},
    "corrections many": {"event_id": "e1", "status": "processing", "corrections": {f"s{n}": "1" for n in range(21)}},
    "at number": {"event_id": "e1", "status": "processing", "at": 5},
    "at no date": {"event_id": "e1", "status": "processing", "at": "hier"},
    "at no offset": {"event_id": "e1", "status": "processing", "at": "2026-01-05T08:00:00"},
    "at empty": {"event_id": "e1", "status": "processing", "at": ""},
    "at the end of time": {"event_id": "e1", "status": "processing", "at": "9999-12-31T23:59:59-14:00"},
    "at in the future": {"event_id": "e1", "status": "processing", "at": "2999-01-01T00:00:00Z"},
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_none_is_a_problem_and_changes_nothing(office: Client, filed: Filed, body: object) -> None:
    filed()
    content = body if isinstance(body, bytes) else json.dumps(body)
    answer = office.post(PATH, content, "application/json")
    assert answer.status_code in (400, 422), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not ClaimEvent.objects.filter(name="status").exists()
    assert Claim.objects.get().status == "received"


@pytest.mark.parametrize(
    "number", ["AK-204-7319", "ak-204-7318", "AK-204-7318%00", "%F0%9F%98%80", "x" * 500, "AK-204-731٨", "..%2f.."]
)
def test_a_claim_that_does_not_exist_is_not_found(office: Client, filed: Filed, number: str) -> None:
    filed()
    assert office.get(f"/api/v1/claims/{number}").status_code == 404
    assert post(office, f"/api/v1/claims/{number}/status").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "status=x", "limit=0", "limit=201", "limit=a", "cursor=zzz", "cursor=%00", "changed_since=hier", "kind=%00",
        "changed_since=2026-01-05", "changed_since=0001-01-01T00:00:00%2B14:00", "cursor=" + "a" * 201,
        "kind=" + "a" * 41,
    ],
)  # fmt: skip
def test_a_question_that_is_none_is_a_problem(office: Client, query: str) -> None:
    answer = office.get(f"/api/v1/claims?{query}")
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_claims_are_paged_and_filtered(office: Client, filed: Filed) -> None:
    for n in range(7):
        filed(f"AK-000-000{n}", address=f"visitor:{n}", status="processing" if n % 2 else "received")
    Claim.objects.filter(number="AK-000-0003").update(kind="refund")
    seen, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        answer = office.get("/api/v1/claims", {"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        seen += [claim["number"] for claim in answer["claims"]]
        cursor, pages = answer["next"], pages + 1
    assert (seen, pages) == ([f"AK-000-000{n}" for n in range(7)], 3)
    odd = office.get("/api/v1/claims?status=processing&kind=debited_not_received").json()["claims"]
    assert [claim["number"] for claim in odd] == ["AK-000-0001", "AK-000-0005"]
    since = office.get("/api/v1/claims/AK-000-0005").json()["changed_at"]
    late = office.get("/api/v1/claims", {"changed_since": since}).json()["claims"]
    assert [claim["number"] for claim in late] == ["AK-000-0005", "AK-000-0006"]


def test_many_that_changed_at_the_same_instant_are_paged_without_loss(office: Client, filed: Filed) -> None:
    for n in range(5):
        filed(f"AK-000-000{n}", address=f"visitor:{n}")
    Claim.objects.update(changed_at=clock.now())
    first = office.get("/api/v1/claims?limit=2").json()
    second = office.get(f"/api/v1/claims?limit=2&cursor={first['next']}").json()
    third = office.get(f"/api/v1/claims?limit=2&cursor={second['next']}").json()
    numbers = [claim["number"] for page in (first, second, third) for claim in page["claims"]]
    assert sorted(numbers) == [f"AK-000-000{n}" for n in range(5)]
    assert third["next"] is None


def test_a_claim_shows_its_history_and_counts_as_forwarded(office: Client, filed: Filed) -> None:
    claim = filed()
    assert claim.forwarded_at is None
    post(office, note="on regarde")
    shown = office.get(f"/api/v1/claims/{NUMBER}").json()
    assert [(event["name"], event.get("told")) for event in shown["history"]] == [("filed", None), ("status", "due")]
    assert shown["slots"]["easytransfert_id"]["value"] == "EFB.31570264"
    assert shown["forwarded_at"]
    claim.refresh_from_db()
    assert claim.forwarded_by == "update"


def test_reading_a_claim_is_having_it(office: Client, filed: Filed) -> None:
    filed()
    office.get("/api/v1/claims")
    assert Claim.objects.get().forwarded_by == "api"


def test_another_brands_claims_are_not_there(filed: Filed) -> None:
    filed()
    _row, token = tokens.create("ailleurs", ["backoffice"], "autre")
    stranger = Client(headers={"Authorization": f"Bearer {token}"})
    assert stranger.get("/api/v1/claims").json()["claims"] == []
    assert stranger.get(f"/api/v1/claims/{NUMBER}").status_code == 404
    assert post(stranger).status_code == 404


# --- Who may --------------------------------------------------------------------------------------------------------

ROUTES = [("get", "/api/v1/claims"), ("get", f"/api/v1/claims/{NUMBER}"), ("post", PATH), ("post", "/api/v1/predict")]
HEADERS = ["", "Bearer", "Bearer ", "Bearer akw_unknown", "Basic YTpi", "Token x", "Bearer " + "x" * 5000, "Bearer é"]


@pytest.mark.parametrize(("verb", "path"), ROUTES)
@pytest.mark.parametrize("header", HEADERS, ids=range(len(HEADERS)))
def test_without_a_living_token_nothing_opens(verb: str, path: str, header: str) -> None:
    client = Client(headers={"Authorization": header} if header else {})
    answer = getattr(client, verb)(path, content_type="application/json")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("verb", "path"), ROUTES)
def test_a_token_opens_only_what_it_was_made_for(verb: str, path: str) -> None:
    client = caller("backoffice" if "predict" in path else "predict")
    answer = getattr(client, verb)(path, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


@pytest.mark.parametrize(
    "end", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}], ids=["revoked", "expired"]
)
def test_a_token_that_is_over_opens_nothing(office: Client, end: dict[str, Any]) -> None:
    assert office.get("/api/v1/claims").status_code == 200
    ApiToken.objects.update(**end)
    assert office.get("/api/v1/claims").status_code == 401


def test_the_token_stands_nowhere(office: Client) -> None:
    token = str(office.defaults["HTTP_AUTHORIZATION"]).removeprefix("Bearer ")
    row = ApiToken.objects.values().get()
    assert token not in repr(row)
    assert row["prefix"] == token[:10]


def test_its_use_is_noted(office: Client) -> None:
    assert ApiToken.objects.get().last_used_at is None
    office.get("/api/v1/claims")
    assert ApiToken.objects.get().last_used_at is not None


def test_a_token_has_its_share_of_calls(office: Client, settings) -> None:
    settings.RATE_API_CALLS = "3/minute"
    statuses = [office.get("/api/v1/claims").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert int(office.get("/api/v1/claims")["Retry-After"]) > 0


def test_guessing_tokens_is_slowed_down(settings) -> None:
    settings.RATE_API_REFUSED_PER_ADDRESS = "3/minute"
    guesser = Client(headers={"Authorization": "Bearer akw_guess"})
    assert [guesser.get("/api/v1/claims").status_code for _ in range(4)] == [401, 401, 401, 429]


def test_redis_away_closes_no_door(office: Client, filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    import redis as library

    def away(*_: object, **__: object) -> None:
        raise library.ConnectionError

    filed()
    monkeypatch.setattr(library.connection.ConnectionPool, "get_connection", away)
    assert post(office).status_code == 200
    monkeypatch.undo()
    assert redis_client.connection().ping()
    assert ClaimEvent.objects.get(name="status").told == "due"


# --- predict --------------------------------------------------------------------------------------------------------


def test_predict_understands_and_answers_and_writes_nothing() -> None:
    answer = caller("predict").post(
        "/api/v1/predict", {"text": "c combien pour envoyer 100000 de wave vers orange"}, "application/json"
    )
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert 0 <= found["confidence"] <= 1 and found["intent"]
    assert "500" in found["reply"]
    assert {entity["type"] for entity in found["entities"]} >= {"amount_fcfa"}
    assert Message.objects.count() == Claim.objects.count() == 0


def test_predict_says_what_a_real_turn_would_do() -> None:
    text = "g envoyé 20000 de wave vers orange c pas arrivé EFB.31570264 T7A2N5TSAD33EUPVJ"
    found = caller("predict").post("/api/v1/predict", {"text": text}, "application/json").json()
    assert found["actions"] == ["claim_filed"], found
    assert Claim.objects.count() == 0


def test_predict_shows_no_secret() -> None:
    answer = caller("predict").post("/api/v1/predict", {"text": "mon code pin est 4815"}, "application/json")
    assert answer.status_code == 200
    assert "4815" not in answer.content.decode()


@pytest.mark.parametrize(
    "body",
    [
        {}, {"text": ""}, {"text": "  "}, {"text": 1}, {"text": "a" * 4001}, {"text": "a", "x": 1}, {"text": None},
        {"text": "a", "context": "b"}, {"text": "a", "context": [{"role": "king", "text": "b"}]},
        {"text": "a", "context": [{"role": "bot"}]}, {"text": "a", "context": [{"role": "bot", "text": "b"}] * 51},
    ],
    ids=str,
)  # fmt: skip
def test_predict_refuses_what_is_no_message(body: dict[str, Any]) -> None:
    assert caller("predict").post("/api/v1/predict", body, "application/json").status_code == 422


def test_openapi_describes_it_all() -> None:
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/claims", "/api/v1/claims/{number}", "/api/v1/claims/{number}/status", "/api/v1/predict"} <= set(
        paths
    )
