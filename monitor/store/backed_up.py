"""Which tables a backup holds."""

from monitor.store.access_tables import access_token, deed, person
from monitor.store.page_tables import letter, status_logo, status_page, status_post, subscriber
from monitor.store.tables import (
    acknowledgement,
    channel,
    event,
    gap,
    incident,
    maintenance,
    node,
    notice,
    ping,
    result,
    silence,
    task,
    task_state,
    transition,
)

BACKED_UP = (
    *(task, task_state, result, transition, incident, gap, event, ping),
    *(notice, channel, maintenance, silence, acknowledgement),
    *(person, access_token, deed),
    *(status_page, status_post, status_logo, subscriber, letter),
    node,
)
"""What a backup holds, in the order it is restored. A column that a later schema adds has a
default, so that older backups can be restored too. Processes that ran are among it: from them alone
is it known when nobody of us was there to hear a job."""

ADDED_LATER = {
    *("ping", "notice", "channel", "maintenance", "silence", "acknowledgement"),
    *("person", "access_token", "deed", "status_page", "status_post"),
    *("status_logo", "subscriber", "letter", "node"),
    "task_state.flapping_since_at",
}
"""Tables, and columns without a default, that backups of older schemas need not have."""
