"""The API, /api/v1: what the command line can do, over HTTP.

operation    what an operation is: declared once
call         one call of an operation, and its answer; Counter: where calls come in
body, bodies what comes in: JSON within limits; how single values are read
problems     what is wrong with a request
cursor, tags, receipts    pages, versions (ETag), and what is not done twice (Idempotency-Key)
guarded      what must not come in from afar
tasks, looking, events, incidents, users, tokens ...    the operations
schemas, openapi          their documentation, made of the same declarations
"""
