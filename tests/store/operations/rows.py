"""The rows that operations find, and queries that see from outside what they left."""

SHOP = 900_001
"""The id of the task that is there all the time; the database gives its own from 1 on."""


def scene(task_id: str = str(SHOP)) -> tuple[str, ...]:
    """Return the statements that make a task with a state and a result."""
    return (
        "INSERT INTO task (id, name, target, interval_s, timeout_s, attempts, retry_interval_s, "
        "recovery_confirmations, options, paused, created_at) VALUES "
        f"({task_id}, 'task {task_id}', 'tcp://x:1', 30, 10, 3, 20, 2, '{{}}', false, "
        "'2026-03-29 00:00:00')",
        "INSERT INTO task_state (task_id, status, detail, standing, streak, seq, incidents, "
        "consecutive_errors, lifecycle, recovery_attempts, error) VALUES "
        f"({task_id}, 'pending', '', 'pending', 0, 0, 0, 0, 'running', 0, '')",
        "INSERT INTO result (task_id, slot_at, looked_at, status, duration_s, timings, detail) "
        f"VALUES ({task_id}, '2026-03-29 00:00:00', '2026-03-29 00:00:00', 'up', 0, '{{}}', '')",
    )


def counts(*conditions: str) -> str:
    """Return the query that counts rows of several tables, in one row."""
    return "SELECT " + ", ".join(f"(SELECT count(*) FROM {one})" for one in conditions)


def gone(*conditions: str) -> str:
    """Return the query that counts 1 for each table that has no such row."""
    return "SELECT " + ", ".join(
        f"CASE WHEN EXISTS (SELECT 1 FROM {one}) THEN 0 ELSE 1 END" for one in conditions
    )
