"""Who is told: notices, what operators say of them, and what becomes of them.

notices   what somebody shall be told, and the messages it becomes
alerting  what operators say: channels, silences, maintenance, acknowledgements
channels  what may be asked of a channel
telling   what a look, or the passing of time, gives to tell
dispatch  what becomes of a notice: sent, held back, dropped, gathered
delivery  how often a channel that fails is tried again
"""
