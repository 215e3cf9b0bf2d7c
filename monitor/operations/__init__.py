"""What operators ask and order: each thing once, for commands and for HTTP.

refusals          what cannot be done as it was asked for
forms             values as documents, whose names scripts rely on; alert_forms: those of alerting
tasks             from what was said to a checked task; which one was meant
selecting         which tasks a silence or announced work is about
silences          for how long, until when; acknowledging: who takes an incident
maintenances      announced work, and when it comes
channelspecs      from what was said to a checked channel
people            users, tokens, and what was done by whom
statuspages       pages for the public, their logos and readers; sections: theirs, as lines
signed_session    writes down each change with who made it; deeds: what changes are called there;
                  signing: who somebody is
mailbags          what lies in the outbox for each channel; trying: a message through one, now
drills            exercises of recovery: asking for one, and what there was
explaining/       why somebody was told something, or was not
"""
