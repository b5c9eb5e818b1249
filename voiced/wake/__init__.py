"""Wake words: frames → detections.

In the order of the data: `embedding` (sound → one vector each 80 ms; its network rewritten by `incremental` to
compute nothing twice), `head` (the last vectors → one word's score; `templates` and `network` are two kinds),
`detector` (scores → detections), `verifier` (Whisper says whether the phrase was really spoken). `word_file` keeps a
word, `model_file` finds it. Knows no microphone, no commands, and not what is
done with a detection. Words of one's own are made in `training`.
"""
