"""What `monitor demo` shows: a small world on this machine, and somebody who tells what happens.

story        what is watched, and what becomes of it; pure
certificate  one that runs out in five days
checks       a check as operators write them, with a bug in it
stage        the targets, on loopback
answering    as much of HTTP as they need
inbox        takes the alerts
narrator     tells what happens and why it matters; phrases: in English and Russian

The monitor itself is the one of `monitor run`, on a database that nobody keeps.
"""
