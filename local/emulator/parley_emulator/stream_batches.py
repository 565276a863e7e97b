"""What Lambda does with a batch of stream records after an invocation, as pure functions.

Source: AWS Lambda Developer Guide, "Process Amazon DynamoDB records with Lambda" (partial batch responses, error handling).
"""
import json
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Batch:
    """Records of one shard in their order, each with its position, and how often their first record has failed."""

    records: list  # of (position, record)
    failures: int = 0

    def age(self, now: float) -> float:
        return now - float(self.records[0][1]["dynamodb"].get("ApproximateCreationDateTime", now))


@dataclass(frozen=True)
class Verdict:
    """What is still to be delivered, in order, and what is given up, with the condition AWS names."""

    pending: list = field(default_factory=list)  # of Batch
    discarded: Batch | None = None
    condition: str = ""


def first_failed(mapping: dict, batch: Batch, result: dict) -> int | None:
    """The index of the first record to deliver again, or None when all are done."""
    if result.get("error"):
        return 0
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
        return None
    answer = result.get("body")
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError:
            return 0 if answer.strip() else None
    if not answer:
        return None
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return None
    indexes = {record["dynamodb"]["SequenceNumber"]: index for index, (_, record) in enumerate(batch.records)}
    failed = [indexes.get((failure or {}).get("itemIdentifier")) for failure in failures]
    # An identifier that is empty or names no record of the batch fails the whole batch.
    return 0 if None in failed else min(failed)


def judge(mapping: dict, batch: Batch, failed_at: int | None, throttled: bool, now: float) -> Verdict:
    """What becomes of the batch. `throttled`: the function was not even invoked, which uses up no retry."""
    if failed_at is None:
        return Verdict()
    if failed_at > 0:
        # The lowest reported record is the new beginning; those before it count as done. It has failed once by now.
        return Verdict(pending=[Batch(batch.records[failed_at:], failures=1)])
    maximum_age = int(mapping.get("MaximumRecordAgeInSeconds") or -1)
    if maximum_age > 0 and batch.age(now) > maximum_age:
        old = [entry for entry in batch.records if Batch([entry]).age(now) > maximum_age]
        fresh = batch.records[len(old):]
        return Verdict([Batch(fresh)] if fresh else [], Batch(old, batch.failures + 1), "MaxRecordAgeExceeded")
    if throttled:
        return Verdict(pending=[batch])
    if mapping.get("BisectBatchOnFunctionError") and len(batch.records) > 1:
        # Splitting a batch uses up no retry.
        half = len(batch.records) // 2
        return Verdict([Batch(batch.records[:half], batch.failures), Batch(batch.records[half:], batch.failures)])
    failures = batch.failures + 1
    retries = mapping.get("MaximumRetryAttempts")
    if retries is not None and 0 <= int(retries) < failures:
        return Verdict(discarded=Batch(batch.records, failures), condition="RetryAttemptsExhausted")
    return Verdict(pending=[Batch(batch.records, failures)])
