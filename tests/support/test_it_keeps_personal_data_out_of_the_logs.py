"""Whatever a process logs, no customer's words, number or credential reaches the output."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from support.insight import logs
from support.insight.masking import MASK, mask_text


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    stream = io.StringIO()
    logs.configure("INFO", "json", stream)
    yield stream
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_carries_the_id_bound_for_the_message(output: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(message_id="0193", conversation="abc"):
        structlog.get_logger("support.receive").info("received", kind="text")
    (line,) = lines(output)
    assert line["message_id"] == "0193" and line["conversation"] == "abc" and line["event"] == "received"


def test_django_and_celery_speak_the_same_format_and_share_the_ids(output: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(message_id="0193"):
        logging.getLogger("celery.worker").warning("lost %s", "broker")
    (line,) = lines(output)
    assert line["event"] == "lost broker" and line["message_id"] == "0193" and line["level"] == "warning"


@pytest.mark.parametrize("key", ["text", "body", "phone", "number", "token", "Text"])
def test_a_forbidden_field_loses_its_value(output: io.StringIO, key: str) -> None:
    structlog.get_logger("x").info("e", **{key: "slt g envoyé 20000"})
    assert lines(output)[0][key] == MASK


def test_the_number_of_an_attempt_is_no_secret(output: io.StringIO) -> None:
    structlog.get_logger("x").info("sent", number=2)
    assert lines(output)[0]["number"] == 2


@pytest.mark.parametrize(
    "written",
    ["0700112233", "07 00 11 22 33", "07-00-11-22-33", "07.00.11.22.33", "+2250511223344", "00225 05 11 22 33 44"]
    + ["whatsapp:+2250511223344", "%2B2250511223344", "07\u202f00\u202f11\u202f22\u202f33"],
)
def test_a_phone_number_is_masked_however_it_is_written(written: str) -> None:
    masked = mask_text(f"Not Found: /x/{written} now")
    assert MASK in masked and not any(pair in masked for pair in ("0511", "0700", "11 22", "11-22", "11.22", "22334"))


@pytest.mark.parametrize(
    "harmless",
    [
        "2026-11-21T04:05:41Z",
        "01930123-4567-7abc-8123-123456789012",
        "port 8000",
        "in 0.123456789 s",
        "dossier ET-204917",
    ],
)
def test_dates_ids_and_counts_stay_readable(harmless: str) -> None:
    assert mask_text(harmless) == harmless


def test_a_traceback_does_not_betray_what_the_error_quotes(output: io.StringIO) -> None:
    try:
        raise ValueError("no such person: 07 00 11 22 33, token=abcdef")
    except ValueError:
        structlog.get_logger("x").exception("turn_failed")
    assert "11 22" not in output.getvalue() and "abcdef" not in output.getvalue()
    assert "ValueError" in str(lines(output)[0]["exception"])


def test_what_hides_inside_a_structure_is_found(output: io.StringIO) -> None:
    structlog.get_logger("x").info("e", detail={"phone": "0700112233", "list": ["+2250511223344"]})
    assert lines(output)[0]["detail"] == {"phone": MASK, "list": [f"{MASK}"]}


def test_a_pasted_page_is_cut(output: io.StringIO) -> None:
    structlog.get_logger("x").info("e", detail="a" * 100_000)
    assert len(output.getvalue()) < 6_000


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="LOG_FORMAT"):
        logs.configure("INFO", "xml")
