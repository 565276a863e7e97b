"""At most so many processes of a function at a time; further invocations wait their turn.

MiniStack starts a process for every concurrent invocation: sixty requests at once are sixty Node processes on a laptop.
"""
import os
import threading

from ministack.services import lambda_svc

LIMIT = int(os.environ.get("PARLEY_PROCESSES_PER_FUNCTION", "8"))

_slots: dict = {}
_slots_lock = threading.Lock()


def close() -> None:
    execute = lambda_svc._execute_function_warm

    def execute_in_turn(func, event, request_id):
        arn = (func.get("config") or func).get("FunctionArn", "")
        with _slots_lock:
            slot = _slots.setdefault(arn, threading.BoundedSemaphore(LIMIT))
        with slot:
            return execute(func, event, request_id)

    lambda_svc._execute_function_warm = execute_in_turn
