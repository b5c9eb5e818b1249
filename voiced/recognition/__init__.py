"""Utterance → transcript: Whisper and the grammar meet here, and nowhere else.

In the order of the data: `pipelines` (one a wake word), `recognizer` (passes until one is sure), `prepared` (the sound
of one utterance, measured once), `passes` (which views each pass takes), `views` (what Whisper is shown and hears),
`joined_search` and `beam_search` over `token_scores` (sentences that the grammar allows, but for `unsaid` ones; what
needs no wildcard has `places` of its own), `free_search` (what Whisper writes otherwise), `rescoring` with
`hypotheses`, `internal_lm`, `coverage`, `agreement` and `of_each_command` (which is best, and the `evidence` for it),
`confidence` (accepted or rejected), a `tongue` for each language of the house and a `contest` between them
(`spoken_language`: which was it?), `end_of_turn` (is more to come?), `free_mode` (no grammar); `tuning` has all numbers
that were chosen. Knows no microphone, no broker, and nothing of what is done with a transcript.
"""
