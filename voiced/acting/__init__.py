"""Match → Actions, and what the speaker hears of it.

`actions` fills the templates of the intents, `meaning` says what a sentence means and what is sent because of it,
`feedback` plays short sounds. Knows no audio input, no model and no broker.
"""
