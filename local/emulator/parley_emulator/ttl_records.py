"""Items that DynamoDB deletes by their time to live reach the stream, marked as DynamoDB's own act.

MiniStack deletes them silently, and also those that expired more than five years ago, which DynamoDB leaves alone; a
table made by CloudFormation never gets its TimeToLiveSpecification at all.
"""
import os
import threading
import time

from ministack.core.arn import parse_arn
from ministack.core.responses import _request_account_id, _request_region
from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

SECONDS_BETWEEN_SWEEPS = float(os.environ.get("PARLEY_TTL_SECONDS", "3600"))
FIVE_YEARS = 5 * 365 * 86_400
SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def _is_expired(item: dict, attribute: str, now: float) -> bool:
    try:
        expiry = float((item.get(attribute) or {}).get("N", "nan"))
    except (TypeError, ValueError):
        return False
    return now - FIVE_YEARS < expiry <= now


def _delete(remove, table: dict, partition: str, sort: str) -> None:
    name = table["TableName"]
    old = remove(table, partition, sort)
    before = len(dynamodb._stream_records.get(name) or [])
    dynamodb._emit_stream_event(name, "REMOVE", old, None)
    for record in (dynamodb._stream_records.get(name) or [])[before:]:
        record["userIdentity"] = SERVICE


def _sweep(remove) -> None:
    now = time.time()
    for (account, region, name), setting in list(dynamodb._ttl_settings.all_items()):
        table = dynamodb._tables.get_scoped(account, region, name)
        if not table or setting.get("TimeToLiveStatus") != "ENABLED":
            continue
        owner = parse_arn(table["TableArn"])
        _request_account_id.set(owner.account_id)
        _request_region.set(owner.region)
        expired = [(partition, sort) for partition, items in list(table["items"].items())
                   for sort, item in list(items.items()) if _is_expired(item, setting["AttributeName"], now)]
        for partition, sort in expired:
            _delete(remove, table, partition, sort)


def _sweep_for_ever(remove) -> None:
    while True:
        time.sleep(SECONDS_BETWEEN_SWEEPS)
        try:
            # The same lock as MiniStack's own writes: the record's place in the stream is that of the deletion.
            with dynamodb._lock:
                _sweep(remove)
        except Exception:
            dynamodb.logger.exception("time to live sweep")


def _with_specification(act, properties_of):
    """The CloudFormation handler `act`, which then also sets the table's time to live."""
    def create_or_update(*args):
        made = act(*args)
        specification = properties_of(args).get("TimeToLiveSpecification")
        if specification and specification.get("AttributeName"):
            enabled = str(specification.get("Enabled", True)).lower() == "true"
            dynamodb._update_ttl({"TableName": made[0], "TimeToLiveSpecification": {**specification, "Enabled": enabled}})
        return made
    return create_or_update


def _close_cloudformation() -> None:
    for kind in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
        handlers = provisioners._RESOURCE_HANDLERS[kind]
        # create(logical id, properties, stack), update(physical id, old properties, new properties, ...)
        handlers["create"] = _with_specification(handlers["create"], lambda args: args[1])
        handlers["update"] = _with_specification(handlers["update"], lambda args: args[2])


def close() -> None:
    _close_cloudformation()
    remove = dynamodb._remove_item

    def remove_unless_silent(table, partition, sort):
        is_silent = threading.current_thread().name == "dynamodb-ttl-reaper"
        return None if is_silent else remove(table, partition, sort)

    dynamodb._remove_item = remove_unless_silent
    threading.Thread(target=_sweep_for_ever, args=(remove,), daemon=True, name="parley-ttl").start()
