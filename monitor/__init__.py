"""The monitor that never silently stops.

The rooms, from the inside out; each may know only those above it:

core/          values, rules and ports: pure
scribe         writes the lines of the log, so that nobody waits for whoever reads them
journal, texts structured log events, and their sentences in English and Russian
words          what is printed for people, in English and Russian
russian/       what rooms declare and refuse in English, said in Russian
departure      when and why we leave
service        systemd is told how we are
engine/        the lives: a child nursery per task, its supervisor, recorder, auditor
store/         databases; the one door to asyncio
probes/        one kind of look, one file; plugins
assertions/    the language that says what is good
channels/      where alerts go: one family of receivers, one file
operations/    what operators ask and order, each once: for commands and for HTTP
app            puts it together: root nursery, signals, stop in good order
web/           what is served over HTTP; where to listen is known to settings too
settings       file, environment and options, made one frozen value; settingkeys: each of them
simulation/    the real engine on a clock that jumps: tests of alert policies
checkup/       is all well with the monitor itself? asked from outside, changing nothing
demo/          a small world to watch, and somebody who tells what happens
cli/           one command family, one file
verification/  the acceptance run, which believes none of the rooms above

Read `app` next: it is the map of what runs while the monitor runs.
"""

__version__ = "0.1.0"
