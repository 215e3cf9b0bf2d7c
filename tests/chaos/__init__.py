"""Chaos on the real thing: the real command, real servers, real signals; judged from outside only.

target      a web server that is looked at, takes alerts, and writes down what it saw
zygote      starts monitors quickly: all imports are done once
patient     a monitor in a process of its own, how it is started, ended and found to have ended
scene       a database, a target and the tasks between them
evidence    what the database and the target's log say, read by plain SQL
judges      what must be true of it, each with its figure and its violations
forgery     evidence falsified in each way a judge must see
calamities  what is done to the monitor, one module each
verdict     the table at the end

Nothing in here imports the product.
"""
