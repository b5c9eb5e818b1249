"""An answer reaches whoever waits for that command, and nobody else."""

from __future__ import annotations

from voiced.home_assistant.answers import Answer, Answers


def test_each_gets_its_own_answer_and_only_while_it_waits() -> None:
    answers, first, second = Answers(), list[Answer](), list[Answer]()
    with answers.awaited("1", first.append), answers.awaited("2", second.append):
        answers.note("2", Answer("two"))
        answers.note("1", Answer("one"))
        answers.note("3", Answer("three"))
    answers.note("1", Answer("late"))
    assert (first, second) == ([Answer("one")], [Answer("two")])


def test_answers_to_one_sentence_come_together() -> None:
    answers, heard = Answers(), list[Answer]()
    with answers.awaited("1", heard.append):
        answers.note("1", Answer("one"), is_last=False)
        answers.note("1", Answer(""), is_last=False)
        answers.note("1", Answer("it is away", done=False))
    assert heard == [Answer("one. it is away", done=False)]
