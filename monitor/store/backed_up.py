"""Which tables a backup holds."""

from monitor.store.tables import (
    access_token,
    acknowledgement,
    channel,
    deed,
    event,
    gap,
    incident,
    letter,
    maintenance,
    notice,
    person,
    ping,
    result,
    silence,
    status_logo,
    status_page,
    status_post,
    subscriber,
    task,
    task_state,
    transition,
)

BACKED_UP = (
    *(task, task_state, result, transition, incident, gap, event, ping),
    *(notice, channel, maintenance, silence, acknowledgement),
    *(person, access_token, deed),
    *(status_page, status_post, status_logo, subscriber, letter),
)
"""What a backup holds, in the order it is restored. A column that a later schema adds has a
default, so that older backups can be restored too."""

ADDED_LATER = {
    *("ping", "notice", "channel", "maintenance", "silence", "acknowledgement"),
    *("person", "access_token", "deed", "status_page", "status_post"),
    *("status_logo", "subscriber", "letter"),
    "task_state.flapping_since_at",
}
"""Tables, and columns without a default, that backups of older schemas need not have."""
