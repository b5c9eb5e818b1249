"""Sound → AudioFrames of 80 ms at 16 kHz, from a microphone or a file.

`microphone` (through `portaudio`); `sound_file`, for which `formats` takes bytes to pieces and `decoding` (libsndfile)
or `media` (PyAV) decodes them; `mixing`, `resampling`, `loudness`, and `vad` (is this speech?). Knows no wake word, no
command and no model but the VAD's.
"""
