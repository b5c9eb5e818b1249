"""What every room stands on: YAML with line numbers, checked settings, threads, ONNX sessions, systemd.

`yaml_source`, `yaml_problems`, `sections`, `yaml_schema` (YAML → checked models); `relay` (an iterator in a thread: the
only place where threads start); `frozen_json` (JSON that can be a key); `onnx_session`, `logistic`, `resources`,
`submodules`, `systemd`, `logs`, `terminal`, `today`. Knows nothing of voice.
"""
