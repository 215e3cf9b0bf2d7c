"""The whole schema: `metadata` with all tables, which are in it once their modules are imported."""

from monitor.store import access_tables, columns, page_tables, tables

MODULES = (tables, access_tables, page_tables)
metadata = columns.metadata
