"""Is all well with the monitor itself? Asked from outside, of a live database, changing nothing.

examination   the whole: what is asked, and in which order
findings      one thing that is not well, and what to do about it
tasks         is every task accounted for in time, and are its numbers possible?
relations     the processes that run, the channels and tasks that are named, the outbox
machine       this machine: the file, the disk, descriptors, ICMP, authorities, versions

The facts come from `store.checkup`; the judgements here are pure, but for those on the machine.
"""
