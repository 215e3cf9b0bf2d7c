"""The condition language: what an operator expects of a look, and what is said when it fails.

`parse` reads a condition once, `check` tries it on the facts of a look and never raises,
`print_condition` writes it canonically, `verdict` applies a task's conditions to a result.
docs/conditions.md explains the language to users; `parser` holds its grammar::

    condition  = both { "or" both }
    both       = one { "and" one }
    one        = "not" one | "(" condition ")" | ( "any" | "all" ) "(" path "," condition ")"
               | simple
    simple     = value ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) value
               | value [ "not" ] "in" ( range | "[" choice { "," choice } "]" )
               | value [ "not" ] "contains" value
               | value [ "not" ] "matches" "/" pattern "/" { "i" | "m" | "s" }
               | path [ "not" ] "exists"
               | path | "true" | "false"
    value      = scalar | "[" [ scalar { "," scalar } ] "]" | "len" "(" path ")" | path
    scalar     = number | duration | number "%" | text | "true" | "false" | "null"
    choice     = scalar | range
    range      = scalar ".." scalar
    path       = name { "." name | ".json" [ ".$" ] | "[" ( integer | text | "*" ) "]" }

Rooms, inner ones first:

values     types and values                      errors      with a caret
escapes    of texts                              showing     values in sentences
tokens     words                                 tree        what is made of them
printer    canonical text                        hints       for people from elsewhere
reader     where the parser stands               literals    fixed values
patterns   regular expressions in linear time    parser      the grammar
names      which there are                       vocabulary  of every look
typecheck  before any look                       jsontext    strict JSON
seen       the facts of a look                   paths       fetching them
operands, comparing, searching, evaluation       compiled conditions
findings   what is said of failures              condition   parse and check
judging    expect, degraded, invert
"""

from monitor.assertions.condition import Condition, Outcome, check, parse, print_condition
from monitor.assertions.errors import ConditionError
from monitor.assertions.judging import verdict, with_defaults
from monitor.assertions.names import Name, Names
from monitor.assertions.values import Percent, Seconds, Type
from monitor.assertions.vocabulary import ANYTHING, COMMON

__all__ = [
    "ANYTHING",
    "COMMON",
    "Condition",
    "ConditionError",
    "Name",
    "Names",
    "Outcome",
    "Percent",
    "Seconds",
    "Type",
    "check",
    "parse",
    "print_condition",
    "verdict",
    "with_defaults",
]
