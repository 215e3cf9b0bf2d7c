"""What the monitor promises, as tests: each name is a sentence that must stay true."""
