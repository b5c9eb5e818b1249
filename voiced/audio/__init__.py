"""Sound → AudioFrames of 80 ms at 16 kHz, from a microphone or a file.

`microphone` (through `portaudio`), `sound_file`, `resampling`, `loudness`, and `vad` (is this speech?). Knows no wake
word, no command and no model but the VAD's.
"""
