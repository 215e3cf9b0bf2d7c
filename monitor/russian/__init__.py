"""What rooms declare or refuse in English, said in Russian; each text is found by its English.

What pages, commands and messages say themselves stands beside them.

declared   what kinds of looks and families of channels say of themselves, of their options and of
           facts: looks, options, facts, channels
refusals   sentences that have values in them already, such as those of errors: of_tasks,
           of_targets, of_options, of_conditions, of_channels, of_times, of_pages, of_looks
"""
