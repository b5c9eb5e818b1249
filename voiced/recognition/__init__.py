"""Utterance → Transcript: Whisper and the grammar meet here, and nowhere else.

In the order of the data: `pipelines` (one a wake word), `recognizer` (passes until one is sure), `prepared` (the
sound of one utterance), `passes` and `views` (what is heard in it), `beam_search` over `token_scores` (hypotheses
that the grammar allows), `hypotheses`, `internal_lm`, `coverage` and `agreement` (which is best, and what speaks
against it), `confidence` (accepted or rejected), `end_of_turn` (is more to come?), `free_mode` (no grammar). Knows no
microphone, no broker, and nothing of what is done with a transcript.
"""
