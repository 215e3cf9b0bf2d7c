"""The running engine while its database fails, its process is killed, or a signal comes."""
