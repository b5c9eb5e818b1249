"""Wake words: frames → detections, and wake words of one's own.

In the order of the data: `embedding` (sound → one vector each 80 ms; its network rewritten by `incremental` to compute
nothing twice), `head` (the last vectors → one word's score), `detector` (scores → detections), `verification` (Whisper
says whether the phrase was really spoken). Knows no microphone, no commands, and not what is done with a detection.

A word of one's own is made of a few takes: `enrolment` judges them, `templates` aligns them with a stream. Or of its
text: `spoken` has it said by many voices (`espeak`, `kokoro`) and what sounds a little like it, too (`near_phrases`);
`augmentation` puts that into rooms and noise, `lesson` makes embeddings of it, and `training` a small `network`. `bank`
is other speech, to learn from and to calibrate by; `word_file` keeps a word, `model_file` finds it.
"""
