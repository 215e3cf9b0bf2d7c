"""The dashboard: pages made here, on the server, that read and work without scripts.

frame      what every page has: words, moments, who asks; and the headers of the answer
words      what pages say, in English; russian has the same in Russian
moments    times and durations, as pages show them
statics    styles, scripts and pictures, under names that change with their content
board      which tasks the list shows, and in which order
strip      the last ninety slots of a task, and its latency, as pictures
forms      what browsers send, read and refused

list_page `/` `/wall`, task_page, edit_page, doing (tasks), incident_pages and story, tree_page and
tree, channel_pages, quiet_pages (silences, maintenance), drill_page (and `/about`), inbox_page;
publish_page, logo_page and subscribers_page (status pages)

Scripts only make pages that are there already move: they fetch the same page again and put what
changed in its place. Nothing is inline, nothing comes from another host.
"""
