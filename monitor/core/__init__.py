"""Values and rules: pure, without a clock, a database or a network.

values    model (what is watched and what was seen), records (what is handed over to be written),
          changes (what operators and other processes want), pings, units (durations as people write
          them), counting (how many of something), describe (an error in one line), names, script
          (what is said to hold when)
rules     tasks (what a task may be), schedule (slots), policy (backoff and recovery), verdict (what
          a result means), heartbeat and group (what they mean), storm (many failures together are
          one fault of ours), drills (how exercises of recovery ended, and when the next is due),
          reach (where looks may go), tuning (what may be set of the engine)
alerts/   who is told of what, and what becomes of it
calendar/ when: zones, announced work, hours, reminders
statuspage/ what the public is shown and told
why/      what is stored, judged and decided once more
ports     probing (what a look is; plugins need only this and the model), ports (what the lives ask
          of stores), failures (what stores raise)
"""
