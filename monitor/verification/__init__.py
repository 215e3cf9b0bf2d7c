"""`monitor verify`: the acceptance run, the test of the report that started this project.

It runs the real engine against the user's own database server, in a place of its own.

values   findings (claims against what was seen), scale (how much time is shortened), ledger (slots
         accounted for), claims, fault_claims and phrases (all sentences, English and Russian)
tools    place (a file or schema of its own), outside (what the database itself says), capture
         (all logging), targets (a local web server), witness (who opened which session), faults
         (probes that break when told), trial (one life of the monitor), child (a whole
         process) and its order
steps    together, load, search, control, recovery and its diagnosis, leaving
whole    run (all steps in order), progress, report
"""

from monitor.verification.run import run_verify
from monitor.verification.scale import BadRun

__all__ = ["BadRun", "run_verify"]
