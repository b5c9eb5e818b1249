"""Our Whisper: knows torch, numpy and tiktoken; nothing else of voiced."""
