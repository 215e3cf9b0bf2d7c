"""The lives: what runs, in trio and in nothing else, while the monitor runs.

time     clock (one time that never runs backwards), beat (one alarm for all tasks), loop_lag (was
         the loop too late to believe what it measured?), lookout (a thread that sees the loop
         stand still), garbage (collected when nobody is due), housekeeping (what is over goes)
tasks    supervisor (restarts children), organ (how those of our own are told), child (a running
         task), watch (the life of one task), look (one look under one
         deadline), recorder (group commit), outage (is the database away?), uplink (is our own
         way out gone?), tally (counts of what was seen)
between  around (what looks may ask about the monitor, and who follows whom), pulse (pings of
         watched jobs), doors (where others come in, closed last)
alerts   alerts (what is to be told, in memory), outbox (a courier for each channel, and what time
         gives to tell), courier (the life of one channel), kin (who needs whom to be reached),
         alarm (our own trouble, told to people), deadman and wellness (are we well ourselves?)
fleet    fleet (the running tasks), reconcile (tasks stored against tasks running), auditor
         (proves that every task looked in time), presence (this process, shown to others), drill
         (does recovery work?) and falling (who is made to fail to see it)

No room here knows a database or a kind of look: `monitor.app` hands them in, as the ports say.
"""
