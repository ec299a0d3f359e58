"""How the desk does: what a supervisor answers for, computed from the records. ``docs/console-reports.md`` defines it."""
