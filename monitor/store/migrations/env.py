"""What Alembic runs to make a step: on the connection it was given, in that transaction."""

from alembic import context

from monitor.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the transaction is ours; Alembic must not commit it
)
context.run_migrations()
