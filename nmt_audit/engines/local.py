"""One process: while a shard is weighed, checked, explained and written, the next is decoded in a thread beside."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from queue import SimpleQueue

from nmt_audit.engines.shard import FirstStep, Shard, ShardAuditor, Task


class Local:
    """Audits shards in this process. See `engines.Engine`."""

    def __init__(self, auditor: ShardAuditor) -> None:
        self._auditor = auditor

    def shards(self, tasks: Iterable[Task]) -> Generator[Shard, None, None]:
        """The shards in the order of the tasks, one decoded ahead; none, where memory does not suffice for a thread."""
        try:
            ahead = _Ahead(self._auditor)
        except RuntimeError:
            yield from map(self._auditor.audit, tasks)
            return
        waiting: Task | None = None
        try:
            for task in tasks:
                ahead.begin(task)
                if waiting is not None:
                    yield self._auditor.finish(waiting, ahead.result())
                waiting = task
            if waiting is not None:
                yield self._auditor.finish(waiting, ahead.result())
        finally:
            ahead.end()


class _Ahead:
    """A thread that decodes one task after the other. It ends with the process, should nobody wait for it: whoever asks
    twice to be stopped does not want to wait."""

    def __init__(self, auditor: ShardAuditor) -> None:
        self._auditor = auditor
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._steps: SimpleQueue[FirstStep | BaseException] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="decoding", daemon=True)
        self._thread.start()

    def begin(self, task: Task) -> None:
        self._tasks.put(task)

    def result(self) -> FirstStep:
        """The step of the earliest task that has not been asked for. Raises what decoding raised."""
        step = self._steps.get()
        if isinstance(step, BaseException):
            raise step
        return step

    def end(self) -> None:
        """Waits for the task that is under way; those that are not begun are left."""
        while not self._tasks.empty():
            self._tasks.get()
        self._tasks.put(None)
        self._thread.join()

    def _work(self) -> None:
        self._auditor.set_threads()
        while (task := self._tasks.get()) is not None:
            try:
                self._steps.put(self._auditor.decode(task))
            except BaseException as error:
                self._steps.put(error)
