"""DynamoDB stream mappings: a thread each, with partial batch responses, retries, bisecting, batching windows, maximum
record age and on-failure destinations. MiniStack serves all mappings from one thread and ignores all of these.

Left out: more than one batch of a shard at a time (ParallelizationFactor).
"""
import threading
import time

from ministack.core.arn import parse_arn
from ministack.core.responses import _request_account_id, _request_region
from ministack.services import dynamodb, lambda_svc

from . import failure_destinations
from .stream_batches import Batch, first_failed, judge

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0

_readers: dict = {}  # (account, region, mapping id) -> _Reader


class _Reader(threading.Thread):
    """Delivers the records of one mapping, in order, until the mapping is deleted."""

    def __init__(self, account: str, region: str, mapping_id: str):
        super().__init__(daemon=True, name=f"stream-reader-{mapping_id[:8]}")
        self.scope = (account, region, mapping_id)
        self.mapping_id = mapping_id
        self.wake = threading.Event()
        self.waiting_since: float | None = None

    def run(self) -> None:
        _request_account_id.set(self.scope[0])
        _request_region.set(self.scope[1])
        while lambda_svc._esms.get(self.mapping_id) is not None:
            self.wake.wait(0.05 if self.waiting_since else 1.0)
            self.wake.clear()
            try:
                while self._advance():
                    pass
            except Exception:
                lambda_svc.logger.exception("stream reader of mapping %s", self.mapping_id)
                time.sleep(1)
        _readers.pop(self.scope, None)

    def _mapping(self) -> dict | None:
        mapping = lambda_svc._esms.get(self.mapping_id)
        return mapping if mapping and mapping.get("Enabled", True) else None

    def _move_to(self, position: int) -> None:
        with lambda_svc._dynamodb_stream_positions_lock:
            lambda_svc._dynamodb_stream_positions[self.mapping_id] = position

    def _position(self, mapping: dict, table: str) -> int:
        horizon, end = dynamodb.stream_start_position(table), dynamodb.stream_end_position(table)
        with lambda_svc._dynamodb_stream_positions_lock:
            position = lambda_svc._dynamodb_stream_positions.get(self.mapping_id)
            if position is None:
                position = horizon if mapping.get("StartingPosition") == "TRIM_HORIZON" else end
            position = max(position, horizon)
            lambda_svc._dynamodb_stream_positions[self.mapping_id] = position
        return position

    def _advance(self) -> bool:
        """Delivers one batch if there is one; whether there may be another."""
        mapping = self._mapping()
        if mapping is None:
            return False
        arn = mapping["EventSourceArn"]
        name = lambda_svc._dynamodb_stream_table_from_arn_spec(parse_arn(arn))[0]
        table = dynamodb._tables.get(name)
        if not table or table.get("LatestStreamArn") != arn:
            return False
        position = self._position(mapping, name)
        size = int(mapping.get("BatchSize") or 100)
        read = list(dynamodb.stream_records_since(name, position, size))
        if not read:
            self.waiting_since = None
            return False
        window = int(mapping.get("MaximumBatchingWindowInSeconds") or 0)
        if window and len(read) < size:
            self.waiting_since = self.waiting_since or time.monotonic()
            if time.monotonic() - self.waiting_since < window:
                return False
        self.waiting_since = None
        wanted = [(position + index, record) for index, record in enumerate(read)
                  if lambda_svc._apply_filter_criteria([record], mapping)]
        if wanted and not self._deliver(Batch(wanted), name):
            return False
        self._move_to(position + len(read))
        return True

    def _deliver(self, batch: Batch, table: str) -> bool:
        """Delivers the batch, in pieces if need be; whether it was dealt with to its end."""
        pending = [batch]
        while pending:
            mapping = self._mapping()
            if mapping is None:
                return False
            batch = pending.pop(0)
            function, _config = lambda_svc._get_func_record_for_qualifier(
                mapping["FunctionName"], mapping.get("Qualifier"))
            records = [record for _, record in batch.records]
            result = lambda_svc._execute_function(function, {"Records": records}) if function else {"error": True}
            failed_at = first_failed(mapping, batch, result)
            throttled = function is None or bool(result.get("throttle"))
            verdict = judge(mapping, batch, failed_at, throttled, time.time())
            self._report(mapping, table, batch, failed_at, result)
            if verdict.discarded:
                given_up = verdict.discarded
                failure_destinations.send(mapping, function or {}, [record for _, record in given_up.records], result,
                                          verdict.condition, given_up.failures)
            pending = verdict.pending + pending
            if pending:
                self._move_to(pending[0].records[0][0])
            if failed_at is not None and pending:
                exponent = max(pending[0].failures - 1, 0)
                time.sleep(min(FIRST_PAUSE_SECONDS * 2 ** exponent, LONGEST_PAUSE_SECONDS))
        return True

    @staticmethod
    def _report(mapping: dict, table: str, batch: Batch, failed_at: int | None, result: dict) -> None:
        if failed_at is None:
            mapping["LastProcessingResult"] = f"OK - {len(batch.records)} records"
            return
        mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
        lambda_svc.logger.warning("Stream of %s: %s failed from record %d of %d: %s", table, mapping["FunctionName"],
                                  failed_at + 1, len(batch.records), result.get("log") or result.get("body"))


def _find_readers() -> bool:
    """Called by MiniStack's poll loop in place of its own reading: sees new mappings, and never holds the loop up."""
    for account, region, mapping in lambda_svc._iter_all_esms():
        scope = (account, region, mapping["UUID"])
        if ":dynamodb:" in mapping.get("EventSourceArn", "") and scope not in _readers:
            _readers[scope] = _Reader(*scope)
            _readers[scope].start()
    return False


def close() -> None:
    lambda_svc._poll_dynamodb_streams = _find_readers
    emit = dynamodb._emit_stream_event

    def emit_and_wake(*args, **kwargs):
        emit(*args, **kwargs)
        for reader in list(_readers.values()):
            reader.wake.set()

    dynamodb._emit_stream_event = emit_and_wake
