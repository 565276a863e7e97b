"""Tells a stream mapping's on-failure destination about records that were given up: a queue, a topic or a bucket.

Queues and topics get where the records lie in the stream; a bucket gets the records too, as on AWS.
"""
import json
import time
import uuid

from ministack.services import lambda_svc, s3

SHARD = "shardId-00000000000000000000-00000000"


def destination_of(mapping: dict) -> str:
    return ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination") or ""


def _timestamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


def _invocation_record(mapping: dict, function: dict, records: list, condition: str, invocations: int) -> dict:
    first, last = records[0]["dynamodb"], records[-1]["dynamodb"]
    return {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": (function.get("config") or function).get("FunctionArn", ""),
            "condition": condition,
            "approximateInvokeCount": invocations,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": _timestamp(time.time()),
        "DDBStreamBatchInfo": {
            "shardId": SHARD,
            "startSequenceNumber": first["SequenceNumber"],
            "endSequenceNumber": last["SequenceNumber"],
            "approximateArrivalOfFirstRecord": _timestamp(first["ApproximateCreationDateTime"]),
            "approximateArrivalOfLastRecord": _timestamp(last["ApproximateCreationDateTime"]),
            "batchSize": len(records),
            "streamArn": mapping["EventSourceArn"],
        },
        "payload": json.dumps({"Records": records}),
    }


def send(mapping: dict, function: dict, records: list, result: dict, condition: str, invocations: int) -> None:
    """Runs in the mapping's own account and region. Says in the log when the destination does not take it."""
    destination = destination_of(mapping)
    if not destination.startswith("arn:aws:s3:::"):
        lambda_svc._send_ddb_stream_failure_record(
            mapping, function, records, mapping["EventSourceArn"], result, condition)
        return
    now = time.gmtime()
    key = "/".join([
        "aws/lambda", mapping["UUID"], SHARD, time.strftime("%Y/%m/%d", now),
        f"{time.strftime('%Y-%m-%dT%H.%M.%S', now)}-{uuid.uuid4()}",
    ])
    record = _invocation_record(mapping, function, records, condition, invocations)
    bucket = destination.removeprefix("arn:aws:s3:::")
    status, _headers, body = s3._put_object(
        bucket, key, json.dumps(record).encode(), {"content-type": "application/json"})
    if status != 200:
        lambda_svc.logger.error("On-failure bucket %s refused the record: %s %s", bucket, status, body)
