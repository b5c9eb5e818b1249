"""Wake-word detection in two stages: frames → detections.

In the order of the data: `embedding` (sound → one vector every 80 ms; `incremental` rewrites its network to compute
nothing twice), `head` (the last vectors → one word's score; `templates` and `network` are two kinds of head),
`detector` (scores → detections), `verifier` (Whisper tells whether the phrase was really spoken). `word_file` stores a
word, `model_file` finds it. Knows no microphone, no commands, and not what a detection causes. Words of one's own are
made in `training`.
"""
