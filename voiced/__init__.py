"""voiced: offline voice commands for Linux. This is the map of the house; imports point down it.

    AudioFrame → Utterance → Transcript → Match → Action: frozen values, all in `flow`

The story
    cli, arguments                          what may be typed, and one function for each command
    transcribe_arguments, wake_arguments    … after two of them
    daemon                                  opens and wires everything, says READY, closes in reverse order
    reload                                  new intents for a running daemon, while the old ones serve
    assistant                               hear → recognise → match → act, on one screen
    meaning                                 what a sentence means, and what is sent because of it
    household                               who answers to which wake word
    second_look                             what the ear announces, without wake words that were none
    feedback                                short sounds that tell the speaker what happened
    check, init, demo, transcribe, report   what commands do that is more than a call
    wake_commands, wake_enroll, wake_train  a wake word of one's own: made from takes, or from text …
    wake_test, wake_plot, wake_curves       … and tried out
    wake_memory                             the last wakes, for whoever says that one was wrong
    bench, bench_report, reliability_plot   labelled recordings: how many are understood, and at what cost
    replay, replay_sound                    the same, spoken to the daemon's ears at the pace of speech
    latency, latency_plot                   how soon they are answered, and whether too soon
    labelled, scoring                       what was said in them, and whether that was understood

Hearing
    microphone, sound_file, recording       sound → frames of 80 ms
    wake/                                   frames → detections of wake words
    vad, endpointing, command_start         is this speech? is the command over? where did it begin?
    listening, capture                      frames → utterances; one command while it is being recorded
    events                                  what the ear tells of

Understanding
    recognizer, looks, reader               Whisper + grammar → transcript: one look, two or three
    readings, silence                       which sentence is the best, less what was expected before anything was heard
    constrained, free                       what may be written is searched for; or anything, and the grammar after it
    next_tokens                             what the decoder would write next, of what it is allowed to
    confidence                              how sure that is; what is no command is rejected here
    agreement                               words that only the reading has, or only what Whisper writes freely
    pauses, coverage                        long pauses, shortened at first; speech that no word accounts for
    expectation, cadence                    what may follow, and how it sounds: how long it is worth to wait
    whisper/                                our Whisper in PyTorch; knows nothing else of voiced
    grammar/                                YAML intents → one immutable automaton; knows no torch and no Whisper

Acting
    actions                                 match → messages, by the templates of the intents
    messages                                topics, events and commands, as text
    mqtt, outbox, exchange, broker          a connection that is kept up; what may be sent, and until when
    credentials                             passwords and certificates

Foundations
    config, yaml_source, yaml_problems      settings; YAML with line numbers; what is wrong with it, in words
    sections, yaml_schema                   … checked models of them; what they may hold, for editors
    relay                                   an iterator in a thread: the only place where threads start
    memory                                  goes back to the system after each command
    systemd, resources, resampling, noise, picture, portaudio, onnx_session, submodules, errors, flow
"""

__version__ = "0.1.0"
