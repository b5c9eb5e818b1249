"""Every number of recognition that was chosen on recordings or by taste: value, unit, what it trades, who measures it.

"Coffee" are 318 orders, clean and in kitchen noise at 12 and 6 dB: `voiced bench` with `--noise` and `--snr`.
Logarithms are natural (nats); "per token" is the mean over the tokens of a sentence. A network's, a format's or
arithmetic's numbers stand where they are used.
"""

from __future__ import annotations

# ---- prepared: pauses inside of a command are shortened. Chosen on 40 coffee orders with three pauses of 0.6 s put
# between words: 35 are understood, with shorter pauses 39. Measured by `voiced bench --latency`.

# Samples over which loudness is measured: 30 ms. Lower: clicks end a pause.
PAUSE_BLOCK_SAMPLES = 480
# Share of the speech's loudness (-24 dB) below which a block is silent. Higher: quiet words are cut out in noise.
SILENT_RATIO = 0.06
# Silent blocks beyond which a pause is shortened. Lower: closures before a "t" are, too.
LONG_PAUSE_BLOCKS = 10
# Blocks that stay of a long pause. Lower: words run together.
KEPT_PAUSE_BLOCKS = 5

# ---- prepared: the sound that Whisper is shown. Measured by `voiced bench` and tests/benchmarks/cost.py.

# Sound or silence shown after the speech. Lower: an eighth of the noisy commands is lost with 0.2; higher: slower.
TAIL_SECONDS = 1.0
# Step by which windows differ in length. Lower: more lengths, each of which costs 2 MB; higher: slower.
STEP_SECONDS = 0.5

# Letters that can be said in a second, and some more, for the VAD may miss a word; higher: slower searches, lower:
# words cut off. Of 1,700 commands none had more than 23 a second; in noise at 6 dB one of 318 had 27. By `voiced
# bench`.
FASTEST_LETTERS_PER_SECOND = 22
# Letters on top, for short commands of which the VAD has missed a word.
MORE_LETTERS = 15

# Window of further passes, if the speech is shorter: speech with silence behind it, as Whisper was trained on. Of 72
# coffee orders, most at 6 dB, that the first pass leaves in doubt, 70 are read right in 30 s, 69 in 10 s at two thirds
# of the cost, 69 in the first pass's window. Of four that are read right and not believed in 10 s three are in 15 s.
# Lower: free text repeats itself; higher: slower.
LONG_WINDOW_SECONDS = 15.0

# ---- coverage: speech that no word of a hypothesis accounts for. Chosen so that of commands, clean and at 12 and 6 dB,
# 95 in 100 leave less than 0.24 s; half of those with another sentence leave more than 0.5 s. Measured by
# tests/benchmarks/crowded.py.

# Samples over which loudness is measured: 30 ms.
COVERAGE_BLOCK_SAMPLES = 480
# Share of the speech's loudness (-10 dB) above which a block counts. Higher: quiet sentences are overlooked.
LOUD_RATIO = 0.3
# Times the loudness around the speech (+6 dB) above which a block counts. Lower: noise is taken for speech.
NOISE_RATIO = 2.0
# Seconds that nearly every word takes at most, whatever its length. Higher: more may hide in a word.
WORD_SECONDS = 0.3
# Seconds more that each letter of a word takes at most. Higher: more may hide in a word.
LETTER_SECONDS = 0.09
# Letters of a digit or symbol when it is said: up to 100 in English 4.5 for each digit, in German 6.3.
SPOKEN_LETTERS = 6
# Seconds for each letter below which a text fills its speech, unasked. Half of the commands take less.
BRISK_LETTER_SECONDS = 0.065

# ---- beam_search: chosen on coffee, for equal results at the least time. Measured by `voiced bench`.

# Log probability of "and" behind a whole command, its comma included, below which no other command is joined to it.
# Where one was said it lies above -0.9 (-2.4 with "and then"), where Whisper repeats itself below -2.6: 48 sentences of
# three synthetic voices, clean, at 9 and at 6 dB, and 70 coffee orders at 9 and 6 dB. Lower: commands have rivals.
JOINT_LOGPROB = -2.5
# Share of letters from which a wildcard has taken what was said before it once more: "call my mother in law call my in
# law" has 0.8. Lower: "put red wine and put white wine" (0.77) is taken for it.
SAID_AGAIN_RATIO = 0.8
# Words that nobody says twice. Fewer: "remind me to ask Tom to drive me to the station" is taken for a repetition.
SAID_AGAIN_WORDS = 3
# Hypotheses followed at once: the first, or on a slow machine one of the others. Of 46 orders at 12 dB the first pass
# reads 45 right with 5, 3 and 2, and 28 with 1; with 2 it costs 8 % less than with 5. More: slower, and no better.
BEAMS = (5, 3)
# Hypotheses followed beside these that need a wildcard, as long as others do not. Of 200 of Home Assistant's sentences
# tiny.en understands 187 with 2, 189 with 4, at one cost (tests/benchmarks/house_sentences.py). More: slower; fewer:
# words of wildcards are misheard.
STRAYED_BEAMS = 4
# Nats by which what the grammar spells out may be less likely than words of a wildcard. Higher: slower; lower: what is
# misheard drives out what was said.
BEHIND_STRAYED_NATS = 24.0
# Times that the first pass is run for that; the shortest counts, for other programs only ever make a run longer. More:
# the daemon starts later.
TRIAL_RUNS = 2
# Nats by which an end may be less likely than the best beam. High, for in a short window no end is likely.
ENDS_BEHIND_NATS = 12.0
# Nats by which a live beam may be less likely than the best in the first pass. Higher: slower.
LIVE_BEHIND_NATS = 4.0
# The limit of further passes: "pon" may sound like "con", with which only one sentence begins.
FAR_BEHIND_NATS = 8.0
# Tokens that may still come ("with almond milk."). Higher: unfinished hypotheses are followed longer.
HOPED_FOR_TOKENS = 6
# Log probability of each of these. Higher: unfinished hypotheses are followed longer.
HOPED_FOR_LOGPROB = -0.2
# Nats per token by which an ended hypothesis may be worse than the best and still be weighed. Higher: slower.
WORTH_WEIGHING_NATS = 0.5
# Nats per token by which a live one may end worse than the best and still be waited for. Higher: slower.
WORTH_WAITING_NATS = 0.1
# Log probability per token below which a search is given up: commands in noise lie above -1.8, other speech below -3.2.
HOPELESS_LOGPROB = -3.0
# Tokens after which that is judged. Lower: misheard beginnings are given up.
HOPELESS_TOKENS = 8
# Tokens of a guess that are read together in a free search. Higher: more is wasted where the guess is wrong.
GUESS_TOKENS = 4
# Rare tokens from which scoring the whole vocabulary is cheaper (tests/benchmarks/large_grammar.py).
MANY_TOKENS = 1_500

# ---- views: what is searched, and how far.

# Tokens of a command at most: an endless repetition must not cost seconds.
MAX_TOKENS = 64
# Tokens at most of what is no command, written to tell what was heard.
MAX_TOKENS_FOREIGN = 24
# Tokens of free text beyond the hypothesis. Lower: hides that the hypothesis is not all that was said.
MORE_TOKENS = 8
# Seconds after the speech in which words may be placed. Lower: words that were not said look as if they were.
LATE_SECONDS = 0.3

# ---- passes: times as fast, at which a multilingual model hears what is doubtful. More paces: slower. Of 33 orders
# that two passes of base leave doubtful 21 are understood after the same window alone, 26 with these. English models
# get none: tiny.en understood 44 instead of 41 of 57, but believed 4 more of 324 near misses
# (tests/benchmarks/fit_confidence.py).

# Times as fast as it was said. More: slower, an encoding each.
PACES = (0.9, 0.85, 1.1)

# ---- hypotheses: which is the best. Chosen on coffee at 6 dB in four stretches of noise (`voiced bench --noise`): of
# 226 orders that base doubts 202, 203, 203 are read right with 0, 0.05 and 0.1 of the internal language model taken
# off, and 15, 14, 13 wrong; of 288 that tiny.en doubts 264, 267, 267.

# Share of the internal language model's log probability that is taken off. Higher: favours rare words.
ILM_WEIGHT = 0.1
# Nats that each letter in a wildcard costs. Of 200 of Home Assistant's sentences tiny.en understands 193 with it, 189
# without (tests/benchmarks/house_sentences.py). Higher: what is said there is taken for what the grammar spells out.
FREE_LETTER_NATS = 0.2
# Nats per token by which a hypothesis may be behind, and be the best nevertheless. Higher: slower.
NEAR_NATS = 0.3
# Nats per token that a second of speech left out costs. Higher: longer hypotheses win.
LEFT_OUT_NATS_PER_SECOND = 1.0
# Pace of speech, to turn words left out into seconds: the median of commands in five languages.
LETTERS_PER_SECOND = 15

# ---- agreement of a hypothesis with what Whisper writes freely (tests/benchmarks/fit_confidence.py)

# Share of the letters from which two texts say one and the same thing. Lower: more misheard words are forgiven.
ALIKE_RATIO = 0.9
# Letters from which a difference is a word; fewer count for nothing.
WORD_LETTERS = 3

# ---- confidence: weights of a logistic regression, feature → log odds for each unit of it, and the bias.
#
# Fitted by tests/benchmarks/fit_confidence.py to coffee orders, clean and at 12 and 6 dB, home control in five
# languages, sampled commands and near misses in synthetic voices: 2,000 cases of tiny.en, 500 of base. One set serves
# all models and languages: judged by weights fitted without them, 22 of 564 near misses are believed, 317, 313 and 305
# of 318 orders, and of 115 home commands in other languages as many as with weights for base alone. The most surprising
# token, the likeliest one that the grammar forbids, how likely all is that it allows, and the letters that the free
# text shares add nothing: with them two orders fewer are believed. The biases of the second pass and of further ones
# are raised by 0.5 and 0.75; higher: fewer repeats, more wrong actions.

# First pass; features of `evidence.features`.
FIRST = {"bias": 1.213, "words": 2.020, "margin": 0.640, "ends": 1.118}
# Second pass: one view, beside which Whisper also writes freely.
SECOND = {"bias": 2.154, "words": 0.692, "margin": 0.491, "ends": 0.695, "lead": -2.511}
# Further passes: several views, beside which it writes freely.
FURTHER = {"bias": 2.303, "words": 0.640, "margin": 0.922, "ends": 1.832, "lead": -2.990}

# Seconds of speech that are often left unexplained, and cost nothing.
UNEXPLAINED_SECONDS = 0.2
# Log odds for each second more. Of 100 commands beside a sentence 18 are accepted; without it 90, with twice it 16.
UNEXPLAINED_PENALTY = 16.0
# Log odds for a word of the free text that is left out: in none of 194 commands, in 14 % of 918 near misses.
LEFT_OUT_PENALTY = 4.0
# Log odds for a word at an edge that was not heard: in 3 of 194 commands, in 21 % of 918 near misses.
MADE_UP_PENALTY = 2.0
# Log odds gained where only a beginning is missing that changes nothing: of 158 such orders 20 more are believed.
IMPLIED_REWARD = 2.0

# ---- confidence: decisions (tests/benchmarks/fit_confidence.py)

# Nats per token from which a greater lead over the best other meaning says no more.
MARGIN_CAP = 3.0
# Confidence that a pass needs to be the last. Higher: more passes.
SURE_CONFIDENCE = 0.85
# Confidence that the second pass needs, which knows one view only. Of 318 orders at 6 dB three are believed wrongly
# with 0.85, five with 0.8. Higher: more passes.
SURE_SECOND_CONFIDENCE = 0.85
# Confidence that is enough where one pass found another meaning than the pass before. Of "turn off" without its "off"
# two passes hear off, two on, at last with 0.6; in windows of 30 s five orders at 6 dB that a further pass
# put right had 0.76 and more. Higher: more repeats.
OVERTURNED_CONFIDENCE = 0.7
# Nats per token by which it must lead, too. Higher: more passes.
SURE_MARGIN = 0.1
# Nats per token below which two meanings are never decided: of 8 that were nearer 2 were right, up to 0.1 six of seven.
AMBIGUOUS_MARGIN = 0.05
# Confidence of the first pass below which no second is taken. Of 1,112 commands that some pass reads right, a third of
# them at 6 dB, two have less; of 412 that are none half. Higher: cheaper rejections, more commands lost.
# English only: of 115 home commands in four other languages base loses six if that ends it.
HOPELESS_FIRST_CONFIDENCE = 0.02
# Confidence of the second pass below which no third is taken. Free text repeats itself in a short window: of 318 orders
# at 9 dB two that further passes believe have 0.001 and 0.008. Higher: cheaper rejections, more commands lost.
HOPELESS_SECOND_CONFIDENCE = 0.0005
# Confidence of the third pass below which it is not searched after its second prompt, and no fourth is taken: with one
# prompt 42 of 53 non-commands lie below, none of the orders that are believed in the end at 12 and 6 dB.
HOPELESS_CONFIDENCE = 0.1
# Probability from which an unlikely hypothesis is taken for noise (openai/whisper's `no_speech_threshold`).
NO_SPEECH_PROBABILITY = 0.6
# Log probability of all that is allowed at one word, below which something else was said: odds of fifty to one.
FOREIGN_LOGPROB = -4.0

# ---- spoken_language: which of several languages was spoken. Chosen on home control in five languages, clean and at 6
# dB, each recording with each other language beside its own (tests/benchmarks/languages.py).

# Nats of prior and log odds by which a language leads another one that means something else, below which nobody can
# tell. Higher: more repeats.
SAME_LANGUAGE_NATS = 0.5
# Nats by which a language may be behind and still be heard in further passes. Higher: slower where all are in doubt.
CONTENDING_NATS = 4.0
# Nats by which Whisper may find a language less likely than the best one, and it is still read. Of 151 recordings none
# is misjudged by more than 5. Higher: slower where nothing is understood.
FOREIGN_NATS = 7.0
# Log odds beyond which a reading counts as certain or hopeless: no weight of evidence outdoes every prior.
MOST_LOG_ODDS = 8.0
# Probability of a language, as Whisper tells it, below which differences are noise.
LEAST_LANGUAGE_PROBABILITY = 1e-6

# ---- end_of_turn: was the last word spoken, or invented by the grammar? Of 139 commands the last word passes in 95
# %; of 121 that were cut off between words and completed by the grammar, in 3 % (tests/benchmarks/fit_prosody.py).

# Seconds from the beginning of the last word to the end of the speech. Higher: more ends are doubted.
LEAST_SPOKEN_SECONDS = 0.08
# Probability of the last word below which nothing in the sound suggests it.
UNHEARD_PROBABILITY = 0.02
# Probability of a last word that comes too late, below which it is an invention.
INVENTED_PROBABILITY = 0.3
# Probability from which rather its time is wrong: of last words at pauses inside of 318 orders none has it.
BELIEVED_PROBABILITY = 0.4

# ---- end_of_turn: prosody. Weights of a logistic regression by tests/benchmarks/fit_prosody.py, fitted to the ends
# of 240 coffee orders that may go on, and some 60 pauses inside of them. Six of ten ends sound done; of pauses of 0.3
# s, which are then cut off, at most 2 of 318 orders have one.

# Feature of `Prosody.features` → log odds for each unit of it.
PROSODY = {"bias": 2.679, "stop": 0.725, "sinking": -0.606, "last": -7.886}
# Probability from which the speaker sounds done. Lower: sooner answers, more cut off.
DONE_PROBABILITY = 0.65
# Seconds of speech that are its end.
FINAL_SECONDS = 0.4
# Seconds from which a longer last word says no more.
LONGEST_LAST_SECONDS = 0.5
# Decibels from which a voice that sinks further says no more.
LOWEST_SINKING_DB = -6.0
# Log probability from which a full stop that is less likely says no more.
LEAST_STOP_LOGPROB = -2.5
# Decibels above which a pause is too loud to believe any prosody: 9 of 10 quiet rooms lie below, 2 of 5 at 12 dB.
QUIET_PAUSE_DB = -15.0

# ---- free_mode: the reference implementation's thresholds

# Probability above which an unsure text is taken for noise (openai/whisper's `no_speech_threshold`).
FREE_NO_SPEECH_PROBABILITY = 0.6
# Log probability per token at which the confidence is one half (openai/whisper's `logprob_threshold`).
FREE_UNSURE_LOGPROB = -1.0
# Log odds of being right for each nat per token. Higher: confidences nearer to 0 and 1.
FREE_STEEPNESS = 4.0

# ---- recognizer: whom it makes wait (tests/benchmarks/cost.py, `voiced bench --latency`)

# Passes that are taken at most at a pause; more: whoever goes on speaking waits, and the next pause is judged late.
PASSES_AT_A_PAUSE = 3

# Seconds of silence recognised at the start: with its tail, what a short command takes.
WARM_UP_SECONDS = 2.0
# Letters that may be read there, as many as a short command has. More: a wildcard makes the machine look slow.
WARM_UP_LETTERS = 24
