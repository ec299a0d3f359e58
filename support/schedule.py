"""Which queue each task is rung in, and what the clock rings for, as Celery's settings want them."""

from __future__ import annotations

from typing import Any

ROUTES = {
    "support.tasks.take_turn": {"queue": "turns"},
    "support.tasks.send_replies": {"queue": "delivery"},
    "support.tasks.release_replies": {"queue": "delivery"},
    "support.tasks.announce_changes": {"queue": "turns"},
    "support.tasks.follow_instruction": {"queue": "turns"},
    "support.tasks.tell_back_office": {"queue": "housekeeping"},
    "support.tasks.tell_of_incident": {"queue": "housekeeping"},
    "support.tasks.apply_rules": {"queue": "housekeeping"},
}

SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": {"task": "support.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "search": {"task": "support.tasks.index_for_search", "schedule": 2.0, "options": {"expires": 2}},
    "promises": {"task": "support.tasks.watch_promises", "schedule": 20.0, "options": {"expires": 20}},
    "voices": {"task": "support.tasks.watch_voices", "schedule": 60.0, "options": {"expires": 60}},
    "overdue": {"task": "support.tasks.find_overdue_claims", "schedule": 60.0, "options": {"expires": 60}},
    "experiments": {"task": "support.tasks.watch_experiments", "schedule": 60.0, "options": {"expires": 60}},
    "radar": {"task": "support.tasks.watch_radar", "schedule": 60.0, "options": {"expires": 60}},
    "unsent": {"task": "support.tasks.drop_unsent_files", "schedule": 900.0, "options": {"expires": 900}},
}
