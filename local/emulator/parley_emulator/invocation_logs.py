"""Every line that an invocation prints is in its log.

MiniStack waits 50 ms for the first line and 5 ms for the next; a busy machine is slower than that, and the lines are lost or
land in the next invocation. A Node process writes its lines to the pipe before its answer, so that reading the pipe until it
is empty finds them all, without waiting.
"""
import os
import select
import threading

from ministack.core import lambda_runtime


class _Pipe:
    """A worker's error output, read by the thread that follows it and by the invocation that takes its lines."""

    def __init__(self, stream):
        self.stream = stream
        self.lock = threading.Lock()
        self.unread = bytearray()

    def _read(self, poll, timeout: int | None) -> bool:
        """Reads what is there; False at the end of the stream."""
        if not poll.poll(timeout):
            return True
        with self.lock:
            while poll.poll(0):
                data = os.read(self.stream.fileno(), 65_536)
                if not data:
                    return False
                self.unread += data
        return True

    def _poll(self):
        poll = select.poll()
        poll.register(self.stream.fileno(), select.POLLIN)
        return poll

    def follow(self) -> None:
        """Keeps the pipe from filling up, which would block the process that writes to it."""
        poll = self._poll()
        while self._read(poll, None):
            pass

    def take(self) -> str:
        self._read(self._poll(), 0)
        with self.lock:
            text, self.unread = self.unread.decode("utf-8", "replace"), bytearray()
        return text.rstrip("\n")


def close() -> None:
    worker = lambda_runtime.Worker
    drain, drain_bounded = worker._drain_stderr, worker._drain_stderr_bounded

    def read_stderr(self):
        self.parley_pipe = _Pipe(self._proc.stderr)
        self.parley_pipe.follow()

    def take_or(original):
        def take(self, *args, **kwargs):
            pipe = getattr(self, "parley_pipe", None)
            return pipe.take() if pipe else original(self, *args, **kwargs)
        return take

    worker._read_stderr = read_stderr
    worker._drain_stderr = take_or(drain)
    worker._drain_stderr_bounded = take_or(drain_bounded)
