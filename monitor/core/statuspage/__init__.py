"""Status pages: what the public is shown of the tasks, and what is told it in words.

values    a page, its sections, posts about incidents
making    pages and posts made of what somebody wrote, checked
days      what is known of each day of a task: uptime, always with its coverage
standing  how a task stands, in the few words that are fit for everybody, and all of them in one

All of it is pure.
"""
