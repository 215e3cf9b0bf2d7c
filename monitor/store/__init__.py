"""Databases behind one port: SQLite and PostgreSQL through SQLAlchemy, and memory for simulations.

`bridge` is the one door to asyncio; nothing outside this folder may know that it exists.
"""
