"""Inputs from outside as nobody would write them: each is read, or refused with one sentence, in time and memory."""
