"""Each kind of look, against real local servers that behave well, badly, or not at all."""
