"""A name or a path → a model with its weights, checked before use.

`location` finds files, `download` fetches them, `checkpoints` knows what is official, `from_openai`,
`from_hugging_face`, `from_ctranslate2` (with `model_bin`) read their formats, `parameters` names tensors as we do,
`weights` puts it together.
"""
