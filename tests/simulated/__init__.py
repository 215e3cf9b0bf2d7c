"""The real monitor among all that can go wrong, for years of virtual time, and judges of it.

setting     what one run is made of: a seed, how many tasks, how long, which faults
scripts     what each target does, and when
happenings  when what goes wrong, or is wanted by operators; all of it follows from the seed
world       carries that out around the real engine, process after process
faults      how the database, the machine, the receivers and the processes misbehave
operators   what people do meanwhile: pause, edit, remove, silence, take, resume
witness     what was seen from outside, and what the world knows to be true
judges      what must hold: of looks, of lives, of alerts; they share no code with the monitor
trace       one number for all that was recorded and told
life        one run from its setting to its findings; shrinking of what failed

`scripts/simulate.py` runs many seeds; `test_simulation.py` a few, and everything that is broken on
purpose (`mutants`) to see that the judges would notice.
"""
