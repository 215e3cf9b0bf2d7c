"""The file: read, checked, applied, written."""
