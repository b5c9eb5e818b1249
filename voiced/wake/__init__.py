"""Wake words: frames → detections, and wake words of one's own.

In the order of the data: `embedding` (sound → one vector each 80 ms; its network rewritten by `incremental` to compute
nothing twice), `head` (the last vectors → one word's score), `detector` (scores → detections), `verification` (Whisper
says whether the phrase was really spoken). Knows no microphone, no commands, and not what is done with a detection.

A word of one's own is made of a few takes: `enrolment` judges them, `templates` aligns them with a stream, `bank` is
the other speech that they are calibrated against, `word_file` keeps them.
"""
