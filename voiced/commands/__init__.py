"""One file a command: its arguments, and what it does. In: what was typed; out: text, and an exit code.

Each imports what is heavy inside the function, so that `voiced --help` and `voiced check` never wait for torch.
May know every room; no room knows a command.
"""
