"""Values and rules: pure, without a clock, a database or a network.

values   model (what is watched and what was seen), units (durations as people write them),
         describe (an error in one line)
rules    tasks (what a task may be), schedule (slots), policy (backoff and recovery), verdict (what
         a result means), storm (many failures together are one fault of ours)
calendar zones (what clocks show), recurrence and rfc5545 (what comes again), windows (announced
         work), hours (of the week), pace (reminders, escalation, flapping)
why      past (what is stored of a task), replay (its looks judged again), heldby and fates (what
         was told, decided again), untold (why nobody was told), account (all of it in time order)
ports    what the lives ask of stores and probes, and the errors they may raise; plugins need
         only this and the model
"""
