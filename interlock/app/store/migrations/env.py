"""Runs revisions over the connection it is given; Alembic loads this file by its name."""

from alembic import context

from interlock.app.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
