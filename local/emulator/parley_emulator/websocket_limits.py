"""The WebSocket API's quotas and shapes: frames of 32 KB, messages of 128 KB both ways, the connection's answer as the SDK reads it.

Source: API Gateway Developer Guide, "Quotas for configuring and running a WebSocket API".
"""
import json
import time

from hypercorn.protocol import ws_stream
from ministack.services import apigateway

FRAME_BYTES = 32 * 1024
MESSAGE_BYTES = 128 * 1024


class _LimitedBuffer(ws_stream.WebsocketBuffer):
    """Refuses as API Gateway does; the server then closes with 1009."""

    def __init__(self, max_length: int):
        super().__init__(min(max_length, MESSAGE_BYTES))
        self.frame_bytes = 0
        self.message_bytes = 0

    def extend(self, event) -> None:
        size = len(event.data.encode()) if isinstance(event.data, str) else len(event.data)
        self.frame_bytes += size
        self.message_bytes += size
        if self.frame_bytes > FRAME_BYTES or self.message_bytes > MESSAGE_BYTES:
            raise ws_stream.FrameTooLargeError()
        if event.frame_finished:
            self.frame_bytes = 0
        super().extend(event)

    def clear(self) -> None:
        super().clear()
        self.message_bytes = 0


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def close() -> None:
    ws_stream.WebsocketBuffer = _LimitedBuffer
    handle = apigateway.handle_connections_api

    async def handle_connections(method, api_id, stage, connection_id, body, headers):
        connection = apigateway._ws_connections.get(connection_id)
        known = connection is not None and connection.get("apiId") == api_id
        if known and method == "POST" and len(body or b"") > MESSAGE_BYTES:
            return 413, {"Content-Type": "application/json", "x-amzn-ErrorType": "PayloadTooLargeException"}, json.dumps(
                {"message": "Payload Too Large"}).encode()
        if known and method == "GET":
            return 200, {"Content-Type": "application/json"}, json.dumps({
                "connectedAt": _iso(connection["connectedAt"]),
                "lastActiveAt": _iso(connection["lastActiveAt"]),
                "identity": connection["identity"],
            }).encode()
        return await handle(method, api_id, stage, connection_id, body, headers)

    apigateway.handle_connections_api = handle_connections
