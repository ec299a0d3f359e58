"""How the desk does, computed from the records. ``docs/console-reports.md`` defines every figure."""
