"""The monitor that never silently stops.

The rooms, from the inside out; each may know only those above it:

values   model (what is watched and what was seen), units (durations as people write them)
rules    schedule (slots), policy (backoff and recovery), verdict (what a result means), storm
         (many failures together are one fault of ours) - all pure
ports    ports (what the lives ask of stores and probes, and the errors they may raise)
time     clock (one time that never runs backwards), beat (one alarm for all tasks),
         loop_lag (was the loop too late to believe what it measured?)
words    journal (structured log events), texts (their sentences, English and Russian)
         departure (when and why we leave), outage (is the database away?)
lives    supervisor (restarts children), watch (the life of one task), look (one look under one
         deadline), recorder (group commit), reconcile (tasks stored against tasks running),
         fleet (the running tasks), auditor (proves that every task looked in time)
outside  store/ (databases; the one door to asyncio), probes/ (one kind of look, one file),
         cli/ (one command family, one file), verification/ (the acceptance run)
whole    app (puts it together: root nursery, signals, stop in good order), settings

Read `app` next: it is the map of what runs while the monitor runs.
"""

__version__ = "0.1.0"
