"""Numbers of this room that were chosen on recordings or by taste. Steps are those of the VAD, 30 ms; frames, 80 ms."""

from __future__ import annotations

from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE

# -- The ear ------------------------------------------------------------------------------------------

# How much of a recording lies before the detection: a wake word and some quiet. More → a longer catch-up of the VAD.
BEFORE_SAMPLES = 2 * SAMPLE_RATE
# Sound that is kept: a deferred wake word that is believed later is given up. More → memory (64 kB a second).
HISTORY_FRAMES = 4 * SAMPLE_RATE // FRAME_SAMPLES
# What the second stage hears, 2.24 s: less cuts long wake words, more takes longer. tests/benchmarks/wake.py.
VERIFIED_FRAMES = 28
# A pause after which the recogniser is asked, 0.12 s: shorter gaps lie inside of words; longer → later answers.
# Chosen on real coffee orders: one in three has a longer pause. `voiced bench --latency`.
PAUSE_SAMPLES = 1_920
# Rejected detections that are remembered: more than events can wait between the ear and the recogniser.
REMEMBERED_REJECTIONS = 32

# -- Pace: which frame tells when the others were spoken ------------------------------------------------

# Longer → the clocks of computer and sound card drift apart, and lost sound makes speech older than it is; shorter → on
# a busy machine no frame of them came in time, and speech is taken for younger than it is. tests/benchmarks/soak.py.
RECENT_SECONDS = 20.0

# -- Cutting ------------------------------------------------------------------------------------------

# Fade at the edge of blanked sound, 10 ms: a shorter one clicks, a longer one eats into the first sound.
FADE_SAMPLES = 160

# -- Command start: chosen on wake words and commands of tests/sounds, held by tests/listening/test_ear.py --

# Quiet that makes a pause: longer → pauses are missed; shorter → the closure before a "t" becomes one.
PAUSE_STEPS = 3
# Before the detection no wake word ends; more → pauses inside of a word ("a…lexa") are taken for its end.
EARLIEST_END_STEPS = 8
# After the detection most wake words have ended; more → the first word of a command is taken for the wake word's.
LATEST_END_STEPS = 5
# Before the detection: where most wake words end.
USUAL_END_STEPS = 3
# Speech beyond LATEST_END_STEPS that may be a command of one word; more → short commands are missed.
ONE_WORD_STEPS = 2
# Quiet inside of a wake word ("hey … jarvis"), at most; more → what comes before is taken for the wake word.
WORD_GAP_STEPS = 10
# Quiet after the first word of a command ("can … you turn on"), at most; more → noise before it is kept.
HESITATION_STEPS = 27
# Speech before the VAD notices it; more → more of the room is kept.
ONSET_STEPS = 3
# From the start of a wake word to its detection, at most; more → talk before it is kept.
LONGEST_WAKE_WORD_STEPS = 50

# -- Endpointing: silence that ends a command, in multiples of the longest pause inside of it -------------
# Higher → fewer speakers are cut off, but slow ones wait longer. Chosen on 318 coffee orders, of which six have a pause
# where they might have ended: tests/benchmarks/fit_prosody.py.

SHORT_PAUSES = 3.5  # a command that may go on
ORDINARY_PAUSES = 1.5  # nobody knows what may follow
CONCLUDED_PAUSES = 1.2  # a command that may go on, but the speaker sounds done

# -- errors in the program: the ear begins anew (`recovery`) --------------------------------------------

# More: a bug that strikes with each frame is logged more often before a new process is tried. By taste.
FORGIVEN_ERRORS = 3  # within FORGIVEN_SECONDS
# Longer: rare bugs add up, and end the process sooner. By taste.
FORGIVEN_SECONDS = 600.0
