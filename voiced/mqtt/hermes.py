"""Hermes, the protocol of Snips and Rhasspy, beside our own topics: what the daemon does, as their programs know it.

Each command is a session: begun by the wake word or by a client, and ended with its answer, since there is no dialogue
of ours. A client that continues a session has it begun again, under its name. Names of fields are those of the union of
both families: where they differ, both are sent, and nothing that either expects is left out.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from voiced.flow import Action
from voiced.mqtt.hermes_fields import Holds, intents_of, object_of, slot_field, text_or_none, tokens
from voiced.mqtt.received import ListenNow, Query, SetHotword, StopListening

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from voiced.flow import Detection, Match, Outcome
    from voiced.mqtt.received import Command

OURS = "hermes/dialogueManager/"
HEARD = (
    f"{OURS}startSession",
    f"{OURS}continueSession",
    f"{OURS}endSession",
    "hermes/hotword/toggleOn",
    "hermes/hotword/toggleOff",
    "hermes/asr/startListening",
    "hermes/asr/stopListening",
    "hermes/asr/toggleOn",
    "hermes/asr/toggleOff",
    "hermes/nlu/query",
)
ABORTED = "abortedByUser"
KEPT_SESSIONS = 10  # that have ended and may be continued
LONGEST_TEXT_LETTERS = 500  # nobody speaks a longer command


@dataclass(frozen=True, slots=True)
class Session:
    """One command, from the wake word to its answer."""

    id: str
    custom: str | None = None  # what a client wants to have back
    wake_word: str | None = None
    wants_misses: bool = False  # the client is told of what was not understood
    intents: frozenset[str] | None = None  # that are valid; None: all
    is_aborted: bool = False  # the client has ended it before anything was said


class Hermes:
    """Tells and hears Hermes for one site; any thread may call."""

    def __init__(self, site: str, publish: Callable[[Action], object]) -> None:
        """`publish` a message; returns at once."""
        self.language = "en"  # of the grammar
        self._site = site
        self._publish = publish
        self._lock = threading.Lock()  # held while an attribute below is read or written
        self._session: Session | None = None  # under way
        self._ended: deque[Session] = deque(maxlen=KEPT_SESSIONS)
        self._intents: frozenset[str] | None = None  # that are valid in what is said next; None: all
        self._holds = Holds()  # what others have switched off
        self._muted = False  # by people

    # ---- what the daemon does

    def woken(self, detection: Detection) -> None:
        """A wake word was heard: a session begins."""
        self._tell(
            f"hermes/hotword/{detection.wake_word}/detected",
            modelId=detection.wake_word,
            modelVersion="",
            modelType="personal",
            currentSensitivity=1.0,
            sessionId=None,
            sendAudioCaptured=None,
            lang=self.language,
            customEntities=None,
        )
        self._begin(Session(uuid4().hex, wake_word=detection.wake_word))

    def answered(self, outcome: Outcome) -> None:
        """A command was answered, or what was said is none: the session ends; a sentence in writing is one itself."""
        spoken, session = outcome.utterance is not None, Session(uuid4().hex)
        if spoken:
            with self._lock:
                session, self._session, self._intents = self._session or session, None, None
        else:
            self._started(session)
        if session.is_aborted:
            self._end(session, ABORTED)
            return
        if spoken:
            self._tell(
                "hermes/asr/textCaptured",
                text=outcome.text,
                likelihood=outcome.confidence,
                seconds=outcome.transcript.timings.total,
                sessionId=session.id,
                wakewordId=session.wake_word,
                asrTokens=[tokens(outcome.text, outcome.confidence)],
                lang=self.language,
            )
        if outcome.transcript.commands:
            for match in outcome.transcript.commands:
                self._intent(match, outcome, session)
        else:
            self._missed(outcome.text, session)
        reason = "nominal" if outcome.accepted else "intentNotRecognized"
        self._end(session, reason)

    def muted(self, *, muted: bool) -> None:
        """People muted the microphone, or no longer do: what was being said is lost."""
        with self._lock:
            self._muted = muted
            session = self._session
            if muted:
                self._session = None
        if muted and session:
            self._end(session, ABORTED)

    def _intent(self, match: Match, outcome: Outcome, session: Session) -> None:
        parsed = self._parsed(match, outcome.confidence, session.id, None)
        self._tell(
            f"hermes/intent/{match.intent}",
            **parsed,
            rawInput=match.text,
            customData=session.custom,
            asrTokens=[tokens(match.text, outcome.confidence)],
            asrConfidence=outcome.confidence,
            wakewordId=session.wake_word,
            lang=self.language,
            alternatives=[],
        )

    def _missed(self, text: str, session: Session) -> None:
        told = {"input": text, "sessionId": session.id, "customData": session.custom}
        self._tell("hermes/nlu/intentNotRecognized", id=None, **told)
        if session.wants_misses:
            self._tell(f"{OURS}intentNotRecognized", **told)

    def is_wanted(self, intent: str) -> bool:
        """Whether an intent is valid in what is said just now."""
        with self._lock:
            return self._intents is None or intent in self._intents

    # ---- what others ask

    def read(self, topic: str, payload: bytes) -> Command | None:
        """Return the command in a message; None if it is for another site, or asks for nothing more.

        ValueError with the reason if it is none.
        """
        told = object_of(payload)
        kind = topic.removeprefix("hermes/")
        # Of a session its id says whose it is.
        if told.get("siteId", "default" if "sessionId" not in told else self._site) != self._site:
            return None
        match kind:
            case "dialogueManager/startSession":
                return self._start(told)
            case "dialogueManager/continueSession" | "dialogueManager/endSession":
                return self._go_on(told, ends=kind.endswith("endSession"))
            case "hotword/toggleOn" | "hotword/toggleOff" | "asr/toggleOn" | "asr/toggleOff":
                return self._toggle(kind, text_or_none(told, "reason") or "")
            case "asr/startListening" | "asr/stopListening":
                return self._listen(told) if kind.endswith("startListening") else StopListening()
            case "nlu/query":
                return self._query(told)
        raise ValueError("not a topic for commands")

    def _toggle(self, kind: str, reason: str) -> Command:
        with self._lock:
            self._holds = self._holds.toggled(kind, reason)
            return SetHotword(listens=not self._holds.held)

    def _listen(self, told: dict[str, Any]) -> Command | None:
        """Listen for a dialogue manager elsewhere: what is told of it bears the name of that one's session."""
        name, word, intents = text_or_none(told, "sessionId"), text_or_none(told, "wakewordId"), intents_of(told)
        with self._lock:
            self._intents = intents
            before = self._session
            if name and not (before and before.id == name):
                self._session = Session(name, wake_word=word, intents=intents)
            is_new = self._session is not before
        if before and is_new:
            self._end(before, ABORTED)
        return self._now()

    def _now(self) -> Command | None:
        """Listen, also where the wake word is switched off; where nothing can be heard, the session ends at once."""
        with self._lock:
            is_deaf, is_held = self._muted or self._holds.is_deaf, bool(self._holds.held)
            session, self._session = self._session, None if is_deaf else self._session
            self._holds = self._holds if is_deaf else Holds()
        if is_deaf and session:
            self._end(session, ABORTED)
        return None if is_deaf else ListenNow(lifts_hold=is_held)

    def _start(self, told: dict[str, Any]) -> Command | None:
        init = told.get("init")
        if not isinstance(init, dict):
            raise ValueError("init is missing")  # noqa: TRY004 # as above
        custom = text_or_none(told, "customData")
        wants = init.get("sendIntentNotRecognized") is True
        session = Session(uuid4().hex, custom, wants_misses=wants, intents=intents_of(init))
        self._say(init, session)
        self._begin(session)
        if init.get("type") != "notification":
            return self._now()
        with self._lock:
            self._session = None
        self._end(session, "nominal")
        return None

    def _go_on(self, told: dict[str, Any], *, ends: bool) -> Command | None:
        with self._lock:
            known = {session.id: session for session in (*self._ended, *([self._session] if self._session else []))}
        session = known.get(str(told.get("sessionId")))
        if session is None:
            return None  # of another site, or long over
        intents = intents_of(told)
        self._say(told, session)
        if ends:
            return self._abort(session)
        custom = text_or_none(told, "customData")
        wants = told.get("sendIntentNotRecognized") is True
        custom = session.custom if custom is None else custom
        self._begin(replace(session, custom=custom, wants_misses=wants, intents=intents))
        return self._now()

    def _abort(self, session: Session) -> Command | None:
        """End a session before anything was said; others have ended with their answer."""
        with self._lock:
            if not self._session or self._session.id != session.id:
                return None
            self._session = replace(session, is_aborted=True)
        return StopListening(dropped=True)

    def _say(self, told: Mapping[str, Any], session: Session) -> None:
        """Have what a client wants to be said spoken, by whoever speaks at this site."""
        if text := text_or_none(told, "text"):
            self._tell("hermes/tts/say", text=text, id=None, sessionId=session.id, lang=self.language)

    def _query(self, told: dict[str, Any]) -> Command:
        text = " ".join((text_or_none(told, "input") or "").split())
        if not text or len(text) > LONGEST_TEXT_LETTERS:
            raise ValueError(f"input must have 1 to {LONGEST_TEXT_LETTERS} characters")
        name, session, intents = told.get("id"), told.get("sessionId"), intents_of(told)

        def answer(match: Match | None) -> None:
            if match and all(intents is None or each.intent in intents for each in match.commands):
                self._tell("hermes/nlu/intentParsed", **self._parsed(match, 1.0, session, name))
            else:
                custom = told.get("customData")
                missed = {"input": text, "sessionId": session, "customData": custom}
                self._tell("hermes/nlu/intentNotRecognized", id=name, **missed)

        return Query(text, answer)

    # ---- messages

    def _begin(self, session: Session) -> None:
        with self._lock:
            before, self._session = self._session, session
            self._intents = session.intents
        if before and before.id != session.id:  # its answer will not come
            self._end(before, ABORTED)
        self._started(session)

    def _started(self, session: Session) -> None:
        self._tell(f"{OURS}sessionStarted", sessionId=session.id, customData=session.custom, lang=self.language)

    def _end(self, session: Session, reason: str) -> None:
        with self._lock:
            self._ended.append(session)
        termination = {"reason": reason}
        self._tell(f"{OURS}sessionEnded", sessionId=session.id, customData=session.custom, termination=termination)

    def _parsed(self, match: Match, confidence: float, session: str | None, name: str | None) -> dict[str, Any]:
        return {
            "input": match.text,
            "intent": {"intentName": match.intent, "confidenceScore": confidence},
            "id": name,
            "sessionId": session,
            "slots": [slot_field(match, slot, confidence) for slot in match.slots],
        }

    def _tell(self, topic: str, /, **told: Any) -> None:
        payload = json.dumps({**told, "siteId": self._site}, ensure_ascii=False)
        self._publish(Action(topic, payload, qos=0))
