"""Every number of wake words that was chosen on recordings or by taste: what it is, what it trades, what measures it.

`tests/benchmarks/wake.py` measures what wakes: six words, each in clean speech and in noise, and hours of other speech.
"higher → …" says what a higher value does. What a format, a network or arithmetic gives stands in its own file.
"""

from __future__ import annotations

# -- detection (detector.py): tests/benchmarks/wake.py -----------------------------------------------

SURE_SCORE = 0.5  # 0 to 1; wakes without a second stage; higher → fewer false wakes, more misses; openWakeWord's own
CANDIDATE_SCORE = 0.1  # 0 to 1; is verified by the second stage; lower → fewer misses, more work for the recogniser
PATIENCE_FRAMES = 1  # frames of 80 ms in a row that must reach the threshold; higher → later, fewer false wakes
REFRACTORY_SECONDS = 2.0  # after a detection, without another of the same word; lower → one word may wake twice
SOON_SECONDS = 0.6  # from rise to rise of a word said again; lower → its own second peak is verified, too
ECHO_SECONDS = (
    1.2  # from rise to rise; sooner it is verified, since "alexa" has echoes up to 1.04 s; lower → echoes wake
)
SUSPICIOUS_SCORE = 0.01  # 0 to 1; rising above it, a word may be ending; higher → more words are recognised as commands
AGAIN_SECONDS = 0.4  # the refractory time after a detection that the second stage refused
SETTLED_FRAMES = 3  # frames without a higher score that end a rise; higher → surer scores, later verification
LONGEST_RISE_FRAMES = 8  # frames after which a rise ends anyway: 0.64 s
REMEMBERED_FRAMES = 32  # embeddings kept of a detection, 2.6 s: all that any head looks at; wakes.npz has that shape

# -- second stage (verifier.py): tests/benchmarks/wake.py --------------------------------------------

HEARD_SECONDS = 2.2  # before the detection; higher → longer phrases fit, more other speech is heard with them
WINDOW_SECONDS = 3.0  # that the encoder reads: HEARD_SECONDS and 0.8 s of silence; higher → slower
EVIDENCE_THRESHOLD = 0.6  # 0 to 1; at 0.5 foreign words pass, at 0.7 another 1.6 % are missed in noise
SCORE_TRUST = 0.03  # evidence for each unit of the first stage's log odds; higher → the first stage decides more
LOG_ODDS_LIMITS = (-5.0, 7.0)  # beyond these the first stage's score counts no more
ROOM_NOISE = 10 ** (-45 / 20)  # amplitude, of full scale, of a quiet room: evidence is measured against that

# -- words of a few takes (templates.py): tests/benchmarks/wake.py -----------------------------------

STAY_WEIGHT = 1.0  # of a step's cost where the take waits for the stream; higher → slow speech fits less
SKIP_WEIGHT = 2.0  # of a step's cost where a vector of the take is left out; higher → fast speech fits less
BEST_TAKES = 2  # takes whose mean counts; higher → one lucky take wakes less, an odd pronunciation is missed more
UNUSUAL_QUANTILE = 0.999  # of other speech's similarities, where a take's units begin
TAKES_SLOPE = 32.0  # log odds a unit; from a score of 0.1 to 0.9 within 0.14 units

# -- enrolment (training/enrolment.py, commands/wake_enroll.py) --------------------------------------

WANTED_TAKES = 5  # that a speaker is asked for; higher → surer, more tedious
LEAST_TAKES = 3  # recordings that make a word
MOST_TRIES = 20  # takes that are asked for before we give up
SHORTEST_SECONDS, LONGEST_SECONDS = 0.3, 2.0  # of speech in a take; outside of them it is no wake word
QUIETEST_DB = -50.0  # of full scale; speech that is quieter makes no take
LEAST_SNR_DB = 10.0  # of the speech above what is around it; higher → cleaner takes, more are refused
CLIPPED_SHARE = 0.005  # of the speech's samples at full scale; more are distorted
SPEECH_PROBABILITY = 0.5  # by which the VAD tells speech, as Silero proposes
PAD_BEFORE_SECONDS, PAD_AFTER_SECONDS = 1.0, 0.5  # of faint noise around a recording: embeddings look back
PAD_NOISE = 10 ** (-65 / 20)  # amplitude, of full scale, of that noise
KEPT_AFTER_SECONDS = 0.3  # of a take's sound after its speech: as much as the second stage hears
TAKE_LEAD_SECONDS, TAKE_TAIL_SECONDS = 0.1, 0.1  # after begin and end of the speech: first and last embedding
ENROLLED_CANDIDATES_PER_HOUR = 40.0  # of other speech, at CANDIDATE_SCORE; higher → fewer misses, more to verify
DEAFER_UNITS = 0.02  # between the offset and what was marked as wrong, and the take that is least like the others
CALIBRATION_MINUTES = 30.0  # of negatives that a word is calibrated by; higher → surer, slower than saying it
CANDIDATE_APART_FRAMES = 25  # within these, two high scores are one detection: REFRACTORY_SECONDS
QUIET_AFTER_TAKE_SECONDS = 0.6  # that end a take at the microphone; higher → a pause inside is allowed, it takes longer
LONGEST_RECORDING_SECONDS = 5.0  # after which a take at the microphone ends anyway
KEPT_BEFORE_SECONDS = 1.0  # of a take from before its first word
FALSE_WAKES_PER_HOUR = 0.2  # past the second stage, told after enrolment: 17 in 83 hours of five words

# -- synthetic speech (training/: synthesis.py, confusable.py, kokoro.py, phrase.py): tests/benchmarks/wake.py --

KOKORO_CLIPS, ESPEAK_CLIPS, CONFUSABLE_CLIPS = 130, 60, 60  # clips that a word learns from; higher → better, slower
KOKORO_SPEEDS = (0.8, 1.25)  # of the usual speed; wider → more ways to say it, fewer of them natural
ESPEAK_PITCHES, ESPEAK_WORDS_A_MINUTE = (20, 80), (110, 210)  # of its range from 0 to 99, and of its speed
BLEND_SHARES = (0.3, 0.7)  # of the first voice where two are blended
KOKORO_ACCENTS = 2  # of a language; Kokoro cannot tell more of them apart
CONFUSABLE_PHRASES = 120  # to choose from
QUIET_SHARE = 0.02  # of the loudest sample: what is below at both ends of a clip is cut off
LEAST_DIFFERENCE = 0.4  # share of the sounds; lower → phrases so near that the word itself is missed
CHANGED_SHARE = (0.4, 0.75)  # of the sounds that are replaced in a confusable phrase
ONE_WORD_KEPT_SHARE = 0.35  # of the confusable phrases keep one word of several
PART_SHARE, PART_LENGTH = 0.2, (0.3, 0.6)  # of them are a beginning or an end; and how much of the phrase
TRIES_A_PHRASE = 200  # before fewer confusable phrases must do
PHRASE_LETTERS = range(4, 41)  # letters that a phrase may have; shorter ones are heard everywhere

# -- scenes (training/augmentation.py): tests/benchmarks/wake.py -------------------------------------

SCENE_LEAD_SECONDS, SCENE_TAIL_SECONDS = 2.2, 0.6  # around the phrase: embeddings look back, words are heard late
SCENE_SPEEDS = (0.87, 1.15)  # of the recording, with its pitch
EQUALISER_BANDS, EQUALISER_DB = 7, 7.0  # bands over all frequencies, each louder or softer by so much at most
REVERBERANT_SHARE = 0.5  # of the scenes are in a room
REVERBERATION_SECONDS = (0.1, 0.6)  # in which an echo falls by 60 dB
FIRST_ECHO_SECONDS = 0.004  # after the voice: the nearest wall is a metre away
ECHO_DB = (-14.0, 0.0)  # of the echo against the voice
NOISY_SHARE = 0.85  # of the scenes have more than faint noise
SNR_DB = (4.0, 30.0)  # lower → a word that is deaf in quiet speech, too
BABBLE_SHARE, CLATTER_SHARE = 0.25, 0.25  # of the noise is speech of five people, or dishes
BLOWS_A_SECOND = 4.0  # of dishes, on average
BLOW_LOUDNESS, BLOW_SECONDS = (0.1, 1.0), (0.002, 0.02)  # of each blow's noise, which fades within these
RING_HZ, RING_SECONDS = (300.0, 6_000.0), (0.01, 0.15)  # of what rings after a blow, which fades within these
RUMBLE_SHARE = 0.1  # of the loudest blow
PRECEDED_SHARE, FOLLOWED_SHARE = 0.5, 0.35  # of the scenes have other speech right before, right after
GAP_SECONDS = (0.02, 0.5)  # between the phrase and other speech
LOUDNESS_DB = (-34.0, -6.0)  # of full scale, of the loudest sample
HISS_DB = (-75.0, -55.0)  # of full scale, of the noise that is in every scene
NOISE_COLOURS = (0.0, 1.2)  # amplitude of noise falls with the frequency to this power: 0 hisses, 1 rumbles

# -- training (training/examples.py, train.py, commands/wake_train.py): tests/benchmarks/wake.py ------

SCENES_A_CLIP, SCENES_A_TAKE = 4, 24  # higher → better, slower; the user's own takes are few
LATE_FRAMES = (0, 1, 2, 3)  # after the one in which the phrase ends, at which it should be heard
EXAMINED_EVERY = 7  # one clip of so many is kept for the examination
TAKES_SHARE = 0.3  # of the phrase's windows in a batch, where there are takes of the user's own
WRONG_SHARE = 0.2  # of the confusable windows in a batch, where wakes were marked as wrong
LEARNT_SHARE = 0.7  # of the negatives; the others calibrate
KNOWN_SHARE = 0.8  # of the clips in which the recogniser should hear the phrase; below that it is told
HIDDEN_UNITS = 48  # of each of two layers; higher → larger files, no fewer misses
ROUNDS = 1_200  # steps of the optimiser
PHRASE_BATCH, CONFUSABLE_BATCH, OTHERS_BATCH = 128, 96, 320  # windows of each kind in a round
HARD_BATCH = 128  # windows of OTHERS_BATCH that are drawn from the hardest
HARDEST_EVERY, HARDEST_SHARE = 150, 0.01  # rounds after which the hardest negatives are found, and how many they are
LEARNING_RATE, WEIGHT_DECAY, DROPOUT = 2e-3, 1e-2, 0.3  # of AdamW, and the share of the inputs
AVERAGE_DECAY = 0.99  # a round, of the moving average of the weights; higher → steadier, later
TRAINED_CANDIDATES_PER_HOUR = 100.0  # of other speech at CANDIDATE_SCORE: 40 miss more in noise
SURE_PER_HOUR = 1.0  # of other speech at ALONE_SCORE
ALONE_SCORE = 0.99  # threshold without a second stage; its slope trusts sure scores: a third misses 2.6 % in noise
LEAST_RISE = 1.0  # of the network's output from CANDIDATE_SCORE to ALONE_SCORE, so that its slope stays finite
