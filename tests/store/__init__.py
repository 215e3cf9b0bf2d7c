"""What every store promises, and what a database does to it."""
