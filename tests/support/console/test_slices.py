"""A queue or a transcript too long for one frame comes in several, whole and in order."""

from __future__ import annotations

import json

from support.console import slices


def test_a_long_queue_comes_in_several_frames_none_too_long() -> None:
    rows = [{"id": str(number), "excerpt": "é" * 300} for number in range(350)]
    parts = list(slices.of(json.dumps({"type": "queue", "me": 1, "rows": rows}, ensure_ascii=False)))
    frames = [json.loads(part) for part in parts]
    assert len(parts) > 3 and max(len(part.encode()) for part in parts) < 65_536
    assert [row for frame in frames for row in frame["rows"]] == rows
    assert [frame["type"] for frame in frames] == ["queue"] + ["rows"] * (len(frames) - 1)
    assert all(frame["opening"] and frame["gone"] == [] for frame in frames[1:])


def test_changes_and_transcripts_are_cut_too_and_what_is_short_is_left_alone() -> None:
    messages = [{"id": str(number), "text": "x" * 4000} for number in range(80)]
    frames = [
        json.loads(part) for part in slices.of(json.dumps({"type": "messages", "messages": messages, "older": True}))
    ]
    assert [one for frame in frames for one in frame["messages"]] == messages and all(
        frame["older"] for frame in frames
    )
    rows = json.dumps({"type": "rows", "rows": [{"id": "a" * 30_000}, {"id": "b" * 30_000}], "gone": ["c"]})
    first, second = map(json.loads, slices.of(rows))
    assert (first["gone"], second["gone"], second["opening"]) == (["c"], [], False)
    assert list(slices.of('{"type":"time"}')) == ['{"type":"time"}']
