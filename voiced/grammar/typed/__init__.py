"""Types of lists: what is said in many ways and means one value, such as a duration, a time or a date.

A type is a template in each language (`duration_words`, `time_words`, …), written as intents are, and a function that
makes one value of the values of its lists (`duration`, `time`, …): "an hour and five minutes" gives (1, "hour", 5,
"minute"), and that is 3,900 seconds. Templates say only what means something: there is no "25:70". So nothing has to be
refused after it was understood, and what a recogniser may write is what is matched.

Loaded only for grammars that have such lists. Knows no clock: a date is made of what was said when somebody says which
day it is (`spoken_date`).
"""

from voiced.grammar.typed.saying import Saying, definition, saying

__all__ = ["Saying", "definition", "saying"]
