"""The monitor that never silently stops.

The rooms, from the inside out; each may know only those above it:

core/            values, rules and ports: pure
references       ${NAME}: what stands in the environment or in a file
texts            the sentences of log events, in English and Russian
russian/         what rooms declare and refuse in English, said in Russian
words_simulated  what is printed of simulations, in English and Russian
words_tasks      what is printed when tasks are changed, in English and Russian
words            what else is printed for people, in English and Russian
scribe           writes the lines of the log, so that nobody waits for whoever reads them
journal          structured log events
signs            how a status looks on a terminal
departure        when and why we leave
engine/          the lives: a child nursery per task, its supervisor, recorder, auditor
store/           databases; the one door to asyncio
assertions/      the language that says what is good
probes/          one kind of look, one file; plugins
channels/        where alerts and letters go: one family of receivers, one file
config/          configuration files: what they declare, and how it is applied
operations/      what operators ask and order, each once: for commands and for HTTP
app              puts it together: root nursery, signals, stop in good order
service          systemd is told how we are
web/             what is served over HTTP; where to listen is known to settings too
settingkeys      what may be set, and how it is read
settings         file, environment and options, made one frozen value
simulation/      the real engine on a clock that jumps: tests of alert policies
checkup/         is all well with the monitor itself? asked from outside, changing nothing
demo/            a small world to watch, and somebody who tells what happens
verification/    the acceptance run, which believes none of the rooms above
cli/             one command family, one file

Read `app` next: it is the map of what runs while the monitor runs.
"""

__version__ = "0.1.0"
