"""Makes the model fast on the processor at hand: weights of sixteen bits or eight, and how many threads.

`acceleration` chooses, by `trials` that run each kernel in a forked copy first; `float16`, `int8` and `onednn` are the
kernels, `threads` counts. Knows the network's layers, and not what is computed with them.
"""
