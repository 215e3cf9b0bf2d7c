"""`monitor verify`: the acceptance run against the user's own database."""

from typing import Annotated

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Count, Everywhere, File, Seconds
from monitor.cli.refusals import BadInput


def register(app: App) -> None:
    app.command(verify)


async def verify(
    *,
    tasks: Count = 8,
    duration: Seconds = 30.0,
    report: Annotated[File | None, Parameter(metavar="FILE")] = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Prove on your own database, in a schema or file of its own, that no task stops silently.

    Exit code: 0 if every line passed, else 1.

    Args:
        tasks: How many tasks run at once.
        duration: How long they run: 30s or 2m.
        report: Write the report here too.
    """
    settings = everywhere.settle()
    from monitor.cli.database import borrowed_data_dir
    from monitor.verification import BadRun, run_verify

    try:
        with borrowed_data_dir(settings):
            return await run_verify(
                settings,
                tasks=tasks,
                duration_s=duration or 30.0,
                report=report,
                lang=settings.lang,
                as_json=everywhere.json,
            )
    except BadRun as error:
        raise BadInput(str(error)) from error
