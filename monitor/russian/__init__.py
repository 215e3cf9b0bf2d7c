"""What rooms declare or refuse in English, said in Russian; each text is found by its English.

What pages, commands and messages say themselves stands beside them.

declared   what kinds of looks and families of channels say of themselves, of their options and of
           facts: looks, options, facts, channels
sentences  how the Russian of sentences is found that have values in them already
refusals   such sentences: what forms refuse (of_tasks, of_targets, of_options, of_conditions,
           of_channels, of_times, of_pages), what looks say (of_looks, of_networks, of_servers,
           of_brokers, of_machines, of_findings; of_counts: what they count), what the monitor says
           of itself (of_ourselves)
"""
