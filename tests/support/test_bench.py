"""The bench itself works: every benchmark gives its rows at the smallest scale, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from support.bench import catalogue, processes, report, stack
from support.bench.figures import quantile
from support.bench.load.http import post_all, request, status_of_whole_answer
from support.bench.load.sockets import SocketRefused, frame_of, open_socket, take_frame
from support.bench.scale import SMALLEST
from support.bench.setup import Setup


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("name", catalogue.names())
def test_every_benchmark_gives_figures_at_the_smallest_scale(name: str) -> None:
    rows = catalogue.load(name).run(Setup(SMALLEST, say=lambda line: None))
    assert rows
    for row in rows:
        assert row.ours > 0 or row.target.startswith("≤ 0") or (row.unit == "%" and "≤" in row.target), row
        assert row.bare is None or row.bare > 0, row
    if name == "understand":
        return  # its noughts are the language's, kept by the floors of test_eval_floor
    counts = [row for row in rows if re.match(r"≤ 0(?![.\d])", row.target)]
    assert all(row.met for row in counts), "nothing is lost, refused or out of order at any scale"


def test_a_stack_that_failed_leaves_no_process_and_no_folder() -> None:
    seen: list[tuple[list[int], Path]] = []

    def fail() -> None:
        with stack.bare(worker=True) as twin:
            pids = [twin.web_pid, *(worker.pid for worker in twin.workers)]
            assert all(map(is_running, pids))
            seen.append((pids, twin.folder))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()
    [(pids, folder)] = seen
    assert not any(map(is_running, pids))
    assert not folder.exists()


def test_a_process_that_dies_is_told_with_its_last_words(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "import sys; sys.exit('no such table')"]
    with (
        pytest.raises(processes.BenchError, match="no such table"),
        processes.running(argv, dict(os.environ), tmp_path, tmp_path / "web.log") as process,
    ):
        processes.wait_until(lambda: False, process, "web")


def test_the_twin_refuses_an_unsigned_post_and_an_unknown_socket() -> None:
    async def try_both(port: int) -> int:
        with pytest.raises(SocketRefused):
            await open_socket(port, "/ws/nowhere/", lambda text: None)
        answers = await post_all(port, [request(port, "/webhooks/whatsapp/", b"MessageSid=SM1", {})], connections=1)
        return answers.statuses[403]

    with stack.bare() as twin:
        assert asyncio.run(try_both(twin.port)) == 1


def test_the_command_prints_one_table_and_writes_the_same_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("bench", "--only", "pipeline", "--smallest", "--json", str(tmp_path / "rows.json"))
    written = json.loads((tmp_path / "rows.json").read_text())
    shown = capsys.readouterr().out
    assert written["rows"]
    assert all(row["what"] in shown for row in written["rows"])
    assert "python" in written["machine"]


@pytest.mark.parametrize("wrong", [["--only", "speed"], ["--json", "/nowhere/at/all.json"]])
def test_the_command_refuses_what_it_cannot_do(wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("bench", *wrong)


def test_a_row_knows_its_ratio_and_whether_the_target_is_met() -> None:
    below, above = report.at_least(0.6, "posts", [59], [100]), report.at_least(0.6, "posts", [60], [100])
    assert (below.ratio, below.met, above.met) == (0.59, False, True)
    assert report.at_least(0.6, "posts", [50, 30, 90], [100, 50, 100]).ratio == 0.6, "the middle one of 50, 60, 90 %"
    assert report.at_most(60, "memory", 60.1, "KiB").met is False
    assert "NO" in report.table([below])
    assert "yes" in report.table([above])
    assert "| posts | 59 /s" in report.table([below]) and "| 59%" in report.table([below])
    assert "bare twin" not in report.table([report.no_less(1, "load", 1, "s")])
    assert report.failed("hop", "Redis is away").met is False


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 2), (0.95, 4), (0.25, 1), (0.26, 2)], ids=["half", "p95", "a quarter", "and a bit"]
)
def test_a_quantile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert quantile([4, 1, 3, 2], share) == expected


def test_a_quantile_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        quantile([], 0.5)


@pytest.mark.parametrize(
    ("buffer", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Len", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", 200),
        (b"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", None),
        (b"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 403),
        (b"HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n", 204),
    ],
    ids=["half a head", "half a body", "whole", "half of the chunks", "all chunks", "no body"],
)
def test_an_answer_counts_once_it_is_all_there(buffer: bytes, status: int | None) -> None:
    assert status_of_whole_answer(buffer) == status


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_a_frame_is_taken_whole_and_once(length: int) -> None:
    payload = b"x" * length
    masked = frame_of(1, payload)
    mask_at = len(masked) - length - 4
    as_sent_by_a_server = bytes([masked[0], masked[1] & 0x7F]) + masked[2:mask_at] + payload
    buffer = bytearray(as_sent_by_a_server[:-1] if length else as_sent_by_a_server[:1])
    assert take_frame(buffer) is None
    buffer += as_sent_by_a_server[len(buffer) :] + b"\x8a"
    assert take_frame(buffer) == (1, payload)
    assert buffer == b"\x8a"
