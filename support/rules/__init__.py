"""What supervisors have the house do by itself: when something happens to a case, if all conditions hold, some acts.

``vocabulary`` is the closed list of conditions and acts, ``occasions`` notes what happened in the transaction in which
it does, ``work`` looks at it in a worker, ``facts`` and ``matching`` say whether a rule applies, ``acting`` does its
acts, ``trial`` tells what a draft would have done, ``writing`` keeps rules and switches them on and off.

A rule never writes to a customer. What the house says is either planned by the assistant, and then proved by the guard,
or written by a person who answers for it; a sentence in a rule would be neither, sent to people nobody looked at.
"""
