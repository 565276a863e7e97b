"""Starts the emulator: python -m parley_emulator. PARLEY_LEAVE_OPEN names gaps (comma-separated) not to close."""
import os

import ministack.app

from . import (
    batch_actions,
    invocation_logs,
    domain_paths,
    key_conditions,
    layer_programs,
    leading_keys,
    process_limit,
    rest_errors,
    rest_events,
    sqs_batches,
    sqs_windows,
    stream_readers,
    ttl_records,
    websocket_limits,
    websocket_routes,
)

GAPS = {
    "batch-actions": batch_actions,
    "invocation-logs": invocation_logs,
    "domain-paths": domain_paths,
    "key-conditions": key_conditions,
    "layer-programs": layer_programs,
    "leading-keys": leading_keys,
    "process-limit": process_limit,
    "rest-errors": rest_errors,
    "rest-events": rest_events,
    "sqs-batches": sqs_batches,
    "sqs-windows": sqs_windows,
    "stream-readers": stream_readers,
    "ttl-records": ttl_records,
    "websocket-limits": websocket_limits,
    "websocket-routes": websocket_routes,
}


def main() -> None:
    left_open = {name for name in os.environ.get("PARLEY_LEAVE_OPEN", "").split(",") if name}
    unknown = left_open - GAPS.keys()
    if unknown:
        raise SystemExit(f"PARLEY_LEAVE_OPEN names no gap: {', '.join(sorted(unknown))}")
    for name, gap in GAPS.items():
        if name not in left_open:
            gap.close()
    ministack.app.main()


if __name__ == "__main__":
    main()
