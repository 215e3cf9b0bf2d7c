"""Why somebody was told something, or was not, in words: for commands, the API and pages.

evidence    what is stored of it, read within bounds
account     replayed by the pure core, step by step
sentences   the steps as sentences; texts: these, in both languages
"""
