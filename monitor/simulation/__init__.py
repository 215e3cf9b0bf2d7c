"""The real engine on a clock that jumps: months in seconds, the same each time.

virtual     a run of trio on a virtual clock, from within another run
stage       a monitor with a store in memory, scripted probes and receivers that keep what they get
rehearsal   carries a case (`config.case`) out, and says what was told to whom
difference  what was expected against what was told, and why not
weather     outages drawn by chance
recorded    outages as a database has them
truth       when which target was really not well
trial       policies side by side, on the same outages
score       how a policy did, held against the truth
account     all that came of it, compared

No target is contacted and nothing is sent. The engine is that of `app`, not a model of it: only its
own rounds (see `Tuning.ease`) take longer, and tasks look at round times.
"""
