"""Wake words: frames → detections.

In the order of the data: `embedding` (sound → one vector each 80 ms; its network rewritten by `incremental` to compute
nothing twice), `head` (the last vectors → one word's score), `detector` (scores → detections). Knows no microphone, no
commands, and not what is done with a detection.
"""
