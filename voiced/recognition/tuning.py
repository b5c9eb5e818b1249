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

# Hypotheses followed at once: the first, or on a slow machine one of the others. Of 46 orders at 12 dB the first pass
# reads 45 right with 5, 3 and 2, and 28 with 1; with 2 it costs 8 % less than with 5. More: slower, and no better.
BEAMS = (5, 3)
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
# Fitted by tests/benchmarks/fit_confidence.py to coffee orders, home control, sampled commands and near misses in
# synthetic voices, some by base under all intents but their own: 1,531 cases for tiny.en, 1,715 for base. The first
# pass's weights are fitted to all orders, those of further passes to every second order at the second pass. Judged by
# weights fitted without them, two passes believe 9 % of the near misses of coffee (base: 8 %), 2 % of those of the
# shipped intents (base: 3 %), and 99 % of the orders at 9 dB. The bias of further passes is raised so that the best
# threshold, 0.22 (base: 0.15), becomes 0.5; higher: fewer repeats, more wrong actions.

ENGLISH_FIRST = {  # English models, first pass; features of `evidence.features`
    "bias": 1.459, "words": 1.154, "worst": 0.312, "outside": 0.160, "rival": -0.264, "margin": 0.580, "ends": 1.218,
}  # fmt: skip
ENGLISH_FURTHER = {  # English models, further passes
    "bias": -0.357, "words": 0.525, "worst": 0.200, "outside": 0.162, "rival": -0.224, "margin": 0.658, "ends": 1.763,
    "agreement": 3.581, "lead": -1.322,
}  # fmt: skip
MULTILINGUAL_FIRST = {  # multilingual models, English
    "bias": 0.657, "words": 0.905, "worst": 0.277, "outside": 0.273, "rival": -0.441, "margin": 0.604, "ends": 1.301,
}  # fmt: skip
MULTILINGUAL_FURTHER = {  # multilingual models, English
    "bias": 1.647, "words": 0.424, "worst": 0.235, "outside": 0.190, "rival": -0.385, "margin": 0.622, "ends": 2.427,
    "agreement": 1.132, "lead": -1.255,
}  # fmt: skip
# Other languages: a small Whisper is less sure of them, right or wrong, so that the biases are higher.
OTHER_LANGUAGES_FIRST = {**MULTILINGUAL_FIRST, "bias": 1.132}
# Further passes in other languages.
OTHER_LANGUAGES_FURTHER = {**MULTILINGUAL_FURTHER, "bias": 2.340}

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
# Confidence that the second pass needs, which knows one view only: of 318 orders at 6 dB one that was wrong had 0.86.
# Another one had 0.95, and is believed.
SURE_SECOND_CONFIDENCE = 0.9
# Confidence that is enough where one pass found another meaning than the pass before. Of "turn off" without its "off"
# two passes hear off, two on, at last with 0.6; in windows of 30 s five orders at 6 dB that a further pass
# put right had 0.76 and more. Higher: more repeats.
OVERTURNED_CONFIDENCE = 0.7
# Nats per token by which it must lead, too. Higher: more passes.
SURE_MARGIN = 0.1
# Nats per token below which two meanings are never decided: of 8 that were nearer 2 were right, up to 0.1 six of seven.
AMBIGUOUS_MARGIN = 0.05
# Confidence of the first pass below which no second is taken. Of 318 orders at 6 dB that further passes read right
# the lowest had 0.012 and 0.016, the next 0.1; nearly all non-commands have less than 0.01.
HOPELESS_FIRST_CONFIDENCE = 0.01
# Confidence of the second pass below which no third is taken: lower than that, for beside one view's free text two of
# 318 orders at 12 dB had 0.02, of those with more views none.
HOPELESS_SECOND_CONFIDENCE = 0.01
# Confidence of the third pass below which no fourth is taken: 8 of 10 non-commands lie below, none of 72 orders.
HOPELESS_CONFIDENCE = 0.05
# Probability from which an unlikely hypothesis is taken for noise (openai/whisper's `no_speech_threshold`).
NO_SPEECH_PROBABILITY = 0.6
# Log probability of all that is allowed at one word, below which something else was said: odds of fifty to one.
FOREIGN_LOGPROB = -4.0

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
