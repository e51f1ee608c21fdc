"""What MiniStack 1.5.33 forgets at its end: stream records not yet consumed, events under way.

It saves how far each consumer has read a table's stream, and not the stream. A stream that begins
again at nothing makes a consumer skip as many new records as it had read before, and what it had
not read is lost. Here the records are saved with the positions and put back under them.

Everything is delivered at least once: a function that was at work when the emulator ended is
called again with the same records, messages or event.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Final

from ministack.core.arn import parse_arn
from ministack.core.responses import request_scope
from ministack.services import dynamodb, lambda_svc, s3, sqs

Saved = dict[str, Any]
"""JSON: `streams` and `events`; see `captured`."""
_log: Final = logging.getLogger("medaid")
_under_way: Final[dict[int, dict[str, Any]]] = {}
"""Asynchronous invocations that have neither succeeded nor gone to the dead letters."""
_numbers: Final = itertools.count()
_polling: Final = threading.Lock()
"""Held during each pass of the poller, and before its first one."""
_resting: Final = threading.Event()


# ---- streams --------------------------------------------------------------------------------


def captured() -> Saved:
    """The consumers' side of the state, to be saved before or with the tables of `lambda`.

    `streams`: of each stream the position of its first saved record and the records from the
    lowest position of its consumers on. `events`: function and event of each invocation under way.
    """
    lowest = _lowest_positions()
    streams = []
    for (account, region, table), records in dynamodb._stream_records.all_items():
        start = dynamodb._stream_trimmed.get_scoped(account, region, table, 0)
        arn = (dynamodb._tables.get_scoped(account, region, table) or {}).get("LatestStreamArn", "")
        first = min(max(lowest.get(arn, start), start), start + len(records))
        streams.append(
            {
                "account": account,
                "region": region,
                "table": table,
                "start": first,
                "records": records[first - start :],
            }
        )
    return {"streams": streams, "events": [*_under_way.values()]}


def _lowest_positions() -> dict[str, int]:
    """ARN of a stream → the lowest position that one of its consumers has."""
    with lambda_svc._dynamodb_stream_positions_lock:
        positions = dict(lambda_svc._dynamodb_stream_positions._data)
    lowest: dict[str, int] = {}
    for key, position in positions.items():
        if key in lambda_svc._esms._data:
            arn = lambda_svc._esms._data[key]["EventSourceArn"]
            lowest[arn] = min(position, lowest.get(arn, position))
    return lowest


def put_back(saved: Saved) -> None:
    """Streams, positions and messages as they were. To be called before the poller starts."""
    ends: dict[str, tuple[int, int]] = {}
    for stream in saved["streams"]:
        scope = (stream["account"], stream["region"], stream["table"])
        for record in stream["records"]:
            # Records live for a day, and one that fails for long is given up: both by this time.
            record["dynamodb"]["ApproximateCreationDateTime"] = int(time.time())
        dynamodb._stream_records.set_scoped(*scope, stream["records"])
        dynamodb._stream_trimmed.set_scoped(*scope, stream["start"])
        arn = (dynamodb._tables.get_scoped(*scope) or {}).get("LatestStreamArn", "")
        ends[arn] = (stream["start"], stream["start"] + len(stream["records"]))
    positions = lambda_svc._dynamodb_stream_positions._data
    for key in list(positions):
        start, end = ends.get(lambda_svc._esms._data.get(key, {}).get("EventSourceArn"), (0, 0))
        positions[key] = min(max(positions[key], start), end)
    _make_visible()


def _make_visible() -> None:
    """A message that a function held is free again: no function has lived through the restart."""
    now = time.time()
    for queue in sqs._queues._data.values():
        for message in queue["messages"]:
            if message.get("receipt_handle"):
                message["visible_at"] = min(message["visible_at"], now)


# ---- the poller ------------------------------------------------------------------------------


def watch_poller() -> None:
    """From here on the poller waits for `start_poller`, and can be told to rest."""
    _polling.acquire()
    for name in ("_poll_sqs", "_poll_dynamodb_streams"):
        setattr(lambda_svc, name, _watched(getattr(lambda_svc, name)))


def _watched(poll: Callable[[], bool]) -> Callable[[], bool]:
    def one_pass() -> bool:
        with _polling:
            return not _resting.is_set() and poll()

    return one_pass


def start_poller() -> None:
    """To be called when the emulator answers: a function that is called earlier fails."""
    _polling.release()


def rest() -> bool:
    """Nothing is handed to a function any more. Answers whether what was handed out is done:
    a function that succeeded and a position that does not say so would be called again."""
    _resting.set()
    return not (_polling.locked() or _under_way or lambda_svc._esm_inflight)


# ---- asynchronous invocations ---------------------------------------------------------------


class _Event(dict[str, Any]):
    """An event that can be watched: it goes when nothing of its invocation refers to it."""


def watch_events() -> None:
    """From here on each asynchronous invocation is known until it is over.

    A notification of S3 is turned into its invocation in the request that wrote the object, not
    in a thread afterwards: an acknowledged object is never without it.
    """
    invoke = lambda_svc.invoke_async_with_retry

    def watched(function: dict[str, Any], event: Any) -> None:
        if isinstance(event, dict):
            number, event = next(_numbers), _Event(event)
            arn = (function.get("config") or function)["FunctionArn"]
            _under_way[number] = {"function": arn, "event": dict(event)}
            weakref.finalize(event, _under_way.pop, number, None).atexit = False
        invoke(function, event)

    def notified(
        bucket: str, key: str, name: str, size: int = 0, etag: str = "", *rest: Any, **more: Any
    ) -> None:
        if bucket in s3._bucket_notifications:
            more["sequencer"] = s3._next_event_sequencer(name)
            s3._fire_s3_event(bucket, key, name, size, etag, *rest, **more)

    lambda_svc.invoke_async_with_retry = watched
    s3._fire_s3_event_async = notified


def known_again(events: list[dict[str, Any]]) -> list[int]:
    """Takes up the saved events, so that they are saved again until `invoke_again` is called."""
    numbers = [next(_numbers) for _ in events]
    _under_way.update(zip(numbers, events, strict=True))
    return numbers


def invoke_again(numbers: list[int]) -> None:
    """Calls the functions of the events taken up by `known_again`."""
    for number in numbers:
        known = _under_way[number]
        where = parse_arn(known["function"])
        with request_scope(where.account_id, where.region):
            found, config, name = lambda_svc._get_func_record_for_ref(known["function"])
            if found is None:
                _log.error("an event of the last run has no function any more: %s", name)
            else:
                record = lambda_svc._execution_record_for_config(found, config)
                lambda_svc.invoke_async_with_retry(record, known["event"])
        _under_way.pop(number)


def fingerprint() -> tuple[Any, ...]:
    """Changes when the consumers' side does."""
    with lambda_svc._dynamodb_stream_positions_lock:
        positions = tuple(lambda_svc._dynamodb_stream_positions._data.values())
    return (*positions, *_under_way, *lambda_svc._esm_inflight.values())
