"""What Prometheus may ask: counts and latencies of what the daemon tells, and how it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from voiced import __version__

if TYPE_CHECKING:
    from voiced.servers.house import House
    from voiced.servers.hub import Told

LATENCIES = (0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)  # seconds from the end of the speech


class Metrics:
    """Counts what comes through the hub."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._registry = CollectorRegistry()
        site = ("site",)
        registry = self._registry
        self._commands = Counter("voiced_commands", "Commands understood", (*site, "intent"), registry=registry)
        self._rejected = Counter("voiced_rejected", "What was no command", (*site, "reason"), registry=registry)
        self._wakes = Counter("voiced_wakes", "Wake words heard", (*site, "wake_word"), registry=registry)
        self._refused = Counter("voiced_wakes_rejected", "Wake words refused", (*site, "wake_word"), registry=registry)
        self._latency = Histogram(
            "voiced_latency_seconds",
            "From the end of the speech to the answer",
            site,
            buckets=LATENCIES,
            registry=registry,
        )
        self._muted = Gauge("voiced_muted", "1 if the microphone is muted", site, registry=registry)
        self._microphone = Gauge("voiced_microphone", "1 if the microphone is there", site, registry=registry)
        version = Gauge("voiced_version", "The version, in its label", (*site, "version"), registry=registry)
        version.labels(house.topics.site, __version__).set(1)

    async def count(self) -> None:
        """Count what is told, until cancelled."""
        while True:
            with self._house.hub.listening() as told:
                # None: this loop was held up, and messages were lost; count on.
                while message := await told.get():
                    self._note(message)

    def _note(self, told: Told) -> None:
        topics = self._house.topics
        site = topics.site
        event = told.event
        match told.topic:
            case topics.wake:
                self._wakes.labels(site, event.get("wake_word")).inc()
            case topics.wake_rejected:
                self._refused.labels(site, event.get("wake_word")).inc()
            case topics.mute:
                self._muted.labels(site).set(told.payload == "ON")
            case topics.microphone:
                self._microphone.labels(site).set(told.payload == "ok")
            case topics.unmatched:
                self._rejected.labels(site, event.get("reason")).inc()
            case topic if topic.startswith(topics.intent("")):
                self._commands.labels(site, event.get("intent")).inc()
                if isinstance(latency := event.get("latency"), int | float):
                    self._latency.labels(site).observe(latency)

    def text(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self._registry)
