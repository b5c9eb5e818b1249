"""Match → Actions, and what the speaker hears of it.

`actions` fills the templates of the intents with what was said, `feedback` plays short sounds. Knows no audio
input, no model and no broker.
"""
