"""What Alembic runs to migrate: our connection, our transaction, and the note of the revision inside it."""

from alembic import context

from provisioner.adapters.store_sql.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
