"""SQS partial batch responses: an identifier that names no message of the batch fails the whole batch (MiniStack deletes it)."""
import json
import threading

from ministack.services import lambda_svc

_batch = threading.local()


def _identifiers(result: dict) -> list:
    answer = result.get("body")
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError:
            return []
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    return [(failure or {}).get("itemIdentifier") for failure in failures or []]


def close() -> None:
    run, execute = lambda_svc._run_sqs_batch, lambda_svc._execute_function

    def run_with_ids(esm, func_rec, event, batch, *rest):
        if "ReportBatchItemFailures" in (esm.get("FunctionResponseTypes") or []):
            _batch.ids = {message["id"] for message in batch}
        try:
            return run(esm, func_rec, event, batch, *rest)
        finally:
            _batch.ids = None

    def execute_and_check(func, event):
        ids = getattr(_batch, "ids", None)
        result = execute(func, event)
        if ids and not result.get("error") and not set(_identifiers(result)) <= ids:
            return {**result, "error": True, "body": {"errorMessage": "itemIdentifier names no message of the batch"}}
        return result

    lambda_svc._run_sqs_batch = run_with_ids
    lambda_svc._execute_function = execute_and_check
