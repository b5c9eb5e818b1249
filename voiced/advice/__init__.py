"""What is likely to be misheard or misunderstood, before anybody has said it.

`voiced check --acoustic`:

`meanings` looks at the grammar alone: sentences that another intent takes, sentences with two meanings, values that are
never reached. `pronunciation` turns words into sounds, and `alike` finds values and sentences whose sounds are nearly
the same. `rare_words` finds words that Whisper hardly ever writes. `acoustic` puts it together; each warning names both
places and what to do. Neither torch nor a model's weights are loaded for it.

`voiced sample --check`: `voice` says sentences, `misheard` recognises them. Only commands use this room.
"""
