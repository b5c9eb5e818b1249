"""YAML intents → one immutable automaton. Knows no torch and no Whisper."""
