"""When: what comes again on the clocks of a zone, and how often something is said again.

zones                    what clocks show, and when they change
recurrence, rfc5545      what comes again
windows, hours           announced work; hours of the week
pace                     reminders, escalation, days left, flapping
"""
