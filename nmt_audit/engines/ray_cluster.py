"""Many machines: workers of a Ray cluster, each with its own copy of the model, audit shards into shared storage.

The driver gives out the shards, follows how they come in, and takes them from the storage in their order. A worker that
dies is begun again by Ray, and its shard with it. What a driver left in the storage when it died is found there by the
next one that goes on with the same run.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nmt_audit.config import AuditConfig
from nmt_audit.engines.shard import Shard, ShardAuditor, Task
from nmt_audit.errors import InputError, ModelError, NmtAuditError, OutputError
from nmt_audit.loading import load
from nmt_audit.stages import Standard
from nmt_audit.stopping import SIGNALS
from nmt_audit.store.parts import Part, packed, unpacked
from nmt_audit.store.schema import TABLES, part_name
from nmt_audit.store.writing import SAME

FOLDER = ".shards"  # within the run, where no other storage is named
PART = re.compile(r"part-(\d+)\.parquet")
AHEAD = 2  # shards that are given to a worker before it has brought the first
INSTALL = "pip install 'nmt-audit[ray]'"

Told = tuple[Mapping[str, float], Mapping[str, Mapping[str, int]]]  # a shard's `seconds` and `memory`
NOTHING: Told = ({}, {"retried": {}, "given_up": {}})


class Storage:
    """Where workers put shards and the driver takes them from: a folder, or anything that fsspec opens.

    The parts of the three tables, as a run has them; those of the segments come last, and say that a shard is there.
    """

    def __init__(self, url: str, key: str) -> None:
        """`key`: what the shards are of; each run has a folder of its own."""
        self._url, self._key = url, key
        self._files: tuple[Any, str] | None = None  # fsspec's file system, and the folder in it

    def put(self, number: int, part: Part) -> None:
        """Writes a shard. Raises OutputError."""
        with self._told():
            files, folder = self._opened()
            for table in reversed(TABLES):
                files.makedirs(f"{folder}/{table}", exist_ok=True)
                name = f"{folder}/{table}/{part_name(number)}"
                files.pipe_file(f"{name}.partial", packed(getattr(part, table)))
                files.mv(f"{name}.partial", name)

    def take(self, number: int) -> Part:
        """Reads a shard. Raises OutputError, and InputError where it is damaged."""
        tables = []
        for table in TABLES:
            with self._told():
                files, folder = self._opened()
                name = f"{folder}/{table}/{part_name(number)}"
                content = files.cat_file(name)
            tables.append(unpacked(content, table, name))
        return Part(*tables)

    def remove(self, number: int) -> None:
        """Forgets a shard."""
        with self._told():
            files, folder = self._opened()
            for table in TABLES:
                files.rm_file(f"{folder}/{table}/{part_name(number)}")

    def there(self) -> set[int]:
        """The numbers of the shards that are there. Raises OutputError."""
        with self._told():
            files, folder = self._opened()
            files.makedirs(f"{folder}/segments", exist_ok=True)
            files.invalidate_cache()
            names = [Path(name).name for name in files.ls(f"{folder}/segments", detail=False)]
            return {int(found[1]) for name in names if (found := PART.fullmatch(name))}

    def clear(self) -> None:
        """Removes the folder of this run, and the storage where nothing else is in it."""
        with self._told():
            files, folder = self._opened()
            files.rm(folder, recursive=True)
            files.invalidate_cache()
            around = folder.rpartition("/")[0]
            if around.endswith(f"/{FOLDER}") and not files.ls(around, detail=False):
                files.rmdir(around)

    def _opened(self) -> tuple[Any, str]:
        if self._files is None:
            from fsspec.core import url_to_fs

            files, folder = url_to_fs(self._url)
            self._files = files, f"{folder.rstrip('/')}/{self._key}"
        return self._files

    def __reduce__(self) -> tuple[type[Storage], tuple[str, str]]:
        return Storage, (self._url, self._key)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ImportError, ValueError) as error:
            reason = getattr(error, "strerror", None) or " ".join(str(error).split())
            raise OutputError(
                f"--storage {self._url}: cannot be used ({reason}); name a folder or URL that all machines can write"
            ) from error


class RayCluster:
    """Audits shards on a Ray cluster: the one that $RAY_ADDRESS or this machine knows, else one of this machine alone.
    See `engines.Engine`."""

    def __init__(self, config: AuditConfig, standard: Standard, run: Mapping[str, Any]) -> None:
        self._config, self._standard = config, standard
        storage = config.storage or str((config.out / FOLDER).absolute())
        self._storage = Storage(storage, _key(run, standard))

    def shards(self, tasks: Iterable[Task]) -> Generator[Shard, None, None]:
        """The shards in the order of the tasks; those that come in early wait in the storage.

        Raises OutputError where the storage cannot be written, ModelError where a worker has another model.
        """
        done: dict[int, Told] = dict.fromkeys(self._storage.there(), NOTHING)
        with _cluster(self._config.workers, _threads(self._standard)) as ray:
            workers = _Workers(ray, self._config, self._standard, self._storage)
            waiting: list[int] = []  # numbers in the order of the tasks
            rest = iter(tasks)
            ended = False
            while waiting or not ended:
                while not ended and workers.room():
                    task = next(rest, None)
                    if task is None:
                        ended = True
                        break
                    waiting.append(task.number)
                    if task.number not in done:
                        workers.begin(task)
                while waiting and waiting[0] in done:
                    number = waiting.pop(0)
                    yield Shard(number, self._storage.take(number), *done.pop(number))
                    self._storage.remove(number)
                if workers.busy:
                    done.update(workers.finished())
        self._storage.clear()


class _Workers:
    """The actors, and which shards they are at."""

    def __init__(self, ray: Any, config: AuditConfig, standard: Standard, storage: Storage) -> None:
        self._ray = ray
        threads, cpus = _threads(standard), int(ray.cluster_resources().get("CPU", 0))
        room = cpus // threads
        count = config.workers or room
        if not room or count > room:
            raise InputError(
                f"--engine ray: the cluster has {cpus} CPUs, room for {room} workers of {threads} threads; give fewer "
                "--workers or --threads"
            )
        # What workers hold: they load the model by its name, on whatever machine they are.
        known = ray.put((config, replace(standard, model=None), storage, threads, _print(standard)))
        actor = ray.remote(max_restarts=-1, max_task_retries=-1, num_cpus=threads)(_Worker)
        self._actors = [actor.remote(known) for _ in range(count)]
        self._load = dict.fromkeys(range(count), 0)
        self._under_way: dict[Any, int] = {}  # what is waited for → the actor

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._under_way)

    def room(self) -> bool:
        """Whether a worker can take one more."""
        return len(self._under_way) < AHEAD * len(self._actors)

    def begin(self, task: Task) -> None:
        """Gives a task to the worker that has least to do."""
        number = min(self._load, key=self._load.__getitem__)
        self._load[number] += 1
        self._under_way[self._actors[number].audit.remote(task)] = number

    def finished(self) -> dict[int, Told]:
        """The numbers of shards that have come into the storage; waits for one at least."""
        ready, _ = self._ray.wait(list(self._under_way), num_returns=1)
        for reference in ready:
            self._load[self._under_way.pop(reference)] -= 1
        try:
            return dict(self._ray.get(ready))
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, NmtAuditError):
                raise error.cause from error
            raise
        except self._ray.exceptions.RayError as error:
            reason = str(error).strip().splitlines()[0]
            raise OutputError(f"--engine ray: a worker was lost for good ({reason}); see to the cluster") from error


class _Worker:
    """The actor: holds the model, audits shards, and puts them into the storage."""

    def __init__(self, known: tuple[AuditConfig, Standard, Storage, int, str | None]) -> None:
        self._known = known

    @cached_property
    def _auditor(self) -> ShardAuditor:
        """Made for the first task, which can tell what is wrong; an actor that cannot be made is only dead."""
        config, standard, _, threads, fingerprint = self._known
        if config.model is not None:
            model = load(config.model, threads, config.src_lang, config.tgt_lang, config.device, config.decoder)
            assert model is not None
            if model.fingerprint != fingerprint:
                raise ModelError(f"{config.model}: a worker has another model of this name; copy it to all machines")
            standard = replace(standard, model=model)
        return ShardAuditor(standard, config)

    def audit(self, task: Task) -> tuple[int, Told]:
        """Puts the shard into the storage; its number, and what is to be told of it."""
        shard = self._auditor.audit(task)
        self._known[2].put(shard.number, shard.part)
        return shard.number, (shard.seconds, shard.memory)


@contextmanager
def _cluster(workers: int | None, threads: int) -> Iterator[Any]:
    """Ray, connected to the cluster that is there, or to a local one that ends with the block.

    Raises InputError where Ray is not installed, or the cluster that $RAY_ADDRESS names does not answer.
    """
    try:
        import ray
    except ImportError as error:
        raise InputError(f"--engine ray: Ray is not installed; {INSTALL}") from error
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing of an audit goes to anybody
    begun = not ray.is_initialized()
    if begun:
        with _signals_kept():
            _connect(ray, workers, threads)
    try:
        yield ray
    finally:
        if begun:
            ray.shutdown()


def _connect(ray: Any, workers: int | None, threads: int) -> None:
    quietly = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        ray.init(address="auto", **quietly)
    except ConnectionError as error:
        if address := os.environ.get("RAY_ADDRESS"):
            raise InputError(f"--engine ray: no cluster answers at {address} ($RAY_ADDRESS); begin it") from error
        print("nmt-audit: no Ray cluster was found; one is begun on this machine", file=sys.stderr)
        ray.init(num_cpus=workers and workers * threads, include_dashboard=False, **quietly)


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray answers SIGTERM itself once it is connected; an audit has a shard to finish first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _key(run: Mapping[str, Any], standard: Standard) -> str:
    """What a run's shards hang on."""
    text = json.dumps([{name: run.get(name) for name in SAME}, standard.thresholds.as_dict()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _print(standard: Standard) -> str | None:
    return None if standard.model is None else standard.model.fingerprint


def _threads(standard: Standard) -> int:
    """CPU threads of one worker: as many as the model has here, so that its sums round alike."""
    if standard.model is None:
        return 1
    import torch

    return torch.get_num_threads()
