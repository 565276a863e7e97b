"""SQS mappings with a batching window: gather for as long, up to the batch size (MiniStack: at once, ten at most)."""
import time

from ministack.services import lambda_svc, sqs


def _window_of(queue: dict) -> float:
    """Seconds for which the mapping of a queue gathers; 0 without one."""
    arn = queue.get("attributes", {}).get("QueueArn")
    mappings = (mapping for _, _, mapping in lambda_svc._iter_all_esms() if mapping.get("EventSourceArn") == arn)
    return max((float(mapping.get("MaximumBatchingWindowInSeconds") or 0) for mapping in mappings), default=0)


def _is_gathering(queue: dict, size: int, window: float) -> bool:
    now = time.time()
    waiting = [since for since in (message.get("visible_at", 0) for message in list(queue["messages"])) if since <= now]
    return not waiting or (len(waiting) < size and now - min(waiting) < window)


def close() -> None:
    receive = sqs._receive_messages_for_esm

    def receive_in_window(queue_url, size):
        queue = sqs._queues.get(queue_url)
        window = _window_of(queue) if queue else 0
        if not window:
            return receive(queue_url, size)
        if _is_gathering(queue, size, window):
            return []
        batch = []
        while len(batch) < size:
            found = receive(queue_url, size - len(batch))
            if not found:
                break
            batch += found
        return batch

    sqs._receive_messages_for_esm = receive_in_window
