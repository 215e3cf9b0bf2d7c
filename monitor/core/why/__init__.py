"""Why: what is stored, judged and decided once more, for `monitor explain`.

past      what is stored of a task
replay    its looks judged again
heldby, fates   what was told, decided again
untold    why nobody was told
account   all of it in the order of time
"""
