"""A name or a path → a `LoadedModel`, checked before use.

`checkpoints` lists what is published, `download` fetches it, `location` finds it, `from_openai`, `from_hugging_face`
and `from_ctranslate2` (with `model_bin`) read one format each, `parameters` checks names and shapes, `weights` builds
the network. Knows nothing of what is done with it.
"""
