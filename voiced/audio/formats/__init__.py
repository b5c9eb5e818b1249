"""What lies in the bytes of a sound file: its kind, its parts, and whether anything is known to be missing.

`kinds` tells formats apart. `chunks`, `flac`, `ogg` and `mpeg` take a file to pieces that a decoder reads whole, and
mend headers that were written before the length was known; `voc` and `plain` are for old formats. `boxes` and `streams`
check what only PyAV decodes. Pure: bytes in, bytes out; nothing here decodes sound or opens a file.
"""
