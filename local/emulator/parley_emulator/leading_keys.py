"""The condition key `dynamodb:LeadingKeys`: the partition keys a request names, for policies that bind a caller to a tenant.

MiniStack does not know the key, so that `ForAllValues` policies allow everything.
"""
import json
import re

from ministack.core import iam_actions
from ministack.services import dynamodb

_EQUALS = re.compile(r"([#\w.\-]+)\s*=\s*(:[\w\-]+)")


def _partition_key(table: dict, index: str | None) -> str:
    for secondary in (table.get("GlobalSecondaryIndexes") or []) if index else []:
        if secondary["IndexName"] == index:
            return next(key["AttributeName"] for key in secondary["KeySchema"] if key["KeyType"] == "HASH")
    return table["pk_name"]


def _scalar(value: dict) -> str:
    return str(next(iter(value.values())))


def _keys_of(table_name: str, request: dict) -> list:
    table = dynamodb._tables.get(str(table_name).split("/")[-1])
    if not table:
        return []
    partition = _partition_key(table, request.get("IndexName"))
    keys = [_scalar(part[partition]) for part in (request.get("Key"), request.get("Item"))
            if isinstance(part, dict) and partition in part]
    names, values = request.get("ExpressionAttributeNames") or {}, request.get("ExpressionAttributeValues") or {}
    for name, value in _EQUALS.findall(request.get("KeyConditionExpression") or ""):
        if names.get(name, name) == partition and value in values:
            keys.append(_scalar(values[value]))
    return keys


def leading_keys(request: dict) -> list:
    """The partition keys of a request of any data operation."""
    keys = _keys_of(request["TableName"], request) if request.get("TableName") else []
    for table, asked in (request.get("RequestItems") or {}).items():
        if isinstance(asked, dict):
            keys += [key for item in asked.get("Keys", []) for key in _keys_of(table, {"Key": item})]
        else:
            keys += [key for write in asked for act in write.values() for key in _keys_of(table, act)]
    for item in request.get("TransactItems") or []:
        for act in item.values():
            keys += _keys_of(act.get("TableName", ""), act)
    return keys


def close() -> None:
    service_context = iam_actions.dynamodb_service_context

    def with_leading_keys(body):
        context = service_context(body)
        try:
            request = json.loads(body or b"{}")
        except ValueError:
            return context
        keys = leading_keys(request) if isinstance(request, dict) else []
        return {**context, "dynamodb:LeadingKeys": keys} if keys else context

    iam_actions.dynamodb_service_context = with_leading_keys
