"""Status pages for the public.

rooms      the paths: `/status/<slug>` and what hangs below it, `/badge/<key>/...`
front      pages at host names of their own; gate: pages that have a password
shelf      pages as they were read last: a crowd outside never reaches the database
view       what a page shows at one moment; pure
drawing    bars and badges; badges (which badge stands for what); pure
exported   pages as folders of files
writing    views as HTML, feeds and JSON; needs no request, so that pages can be exported
"""
