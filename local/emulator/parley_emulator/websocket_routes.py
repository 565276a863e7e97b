"""WebSocket routes as API Gateway runs them: in parallel, with logs; no body to the client without a route response; AWS's
own error frame; `$connect` and `$disconnect` out of a client's reach; 401 when the authorizer says `Unauthorized`.
"""
import json

from ministack.core import lambda_runtime
from ministack.core.responses import _request_account_id, _request_region
from ministack.services import apigateway, lambda_svc

LIFECYCLE_ROUTES = ("$connect", "$disconnect")


class _RouteInvocation:
    """Stands in for MiniStack's one worker a function: goes through the dispatcher that REST and streams use."""

    def __init__(self, config: dict):
        self.config = config

    def invoke(self, event: dict, _request_id: str, **_ignored) -> dict:
        function, config, _name = lambda_svc._get_func_record_for_ref_in_scope(
            self.config["FunctionArn"], account_id=_request_account_id.get(), region=_request_region.get())
        result = lambda_svc._execute_function_with_config_scope(
            lambda_svc._execution_record_for_config(function, config), event)
        context = event["requestContext"]
        is_message = context["eventType"] == "MESSAGE"
        if result.get("error"):
            return {"status": "error", "error": _error_frame(context) if is_message else ""}
        answer = result.get("body")
        answer = answer if isinstance(answer, dict) else {"statusCode": 200}
        if is_message and not _has_route_response(context):
            answer = {**answer, "body": None}
        return {"status": "ok", "result": answer}


def _error_frame(context: dict) -> str:
    return json.dumps({
        "message": "Internal server error",
        "connectionId": context["connectionId"],
        "requestId": context["requestId"],
    })


def _has_route_response(context: dict) -> bool:
    routes = apigateway._routes.get(context["apiId"], {}).values()
    route = next((route for route in routes if route.get("routeKey") == context["routeKey"]), {})
    return bool(route.get("routeResponseSelectionExpression"))


def _close_selection() -> None:
    select, match = apigateway._evaluate_route_selection, apigateway._match_ws_route

    def select_message_route(expression, text):
        key = select(expression, text)
        return "$default" if key in LIFECYCLE_ROUTES else key

    def match_exactly(api_id, key):
        route = match(api_id, key)
        # MiniStack falls back to $default for a missing $connect or $disconnect too; AWS then runs nothing.
        return None if key in LIFECYCLE_ROUTES and route and route.get("routeKey") != key else route

    apigateway._evaluate_route_selection = select_message_route
    apigateway._match_ws_route = match_exactly


def _close_unauthorized() -> None:
    authorize, execute = apigateway._authorize_ws_connect, lambda_svc._execute_function_with_config_scope
    refusals = set()

    def execute_and_note(func, event):
        result = execute(func, event)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorMessage") == "Unauthorized":
            refusals.add((event.get("requestContext") or {}).get("requestId"))
        return result

    async def authorize_or_401(api_id, route, request_context, *rest):
        refusal, context = await authorize(api_id, route, request_context, *rest)
        said_unauthorized = request_context["requestId"] in refusals
        refusals.discard(request_context["requestId"])
        return ((401, "Unauthorized"), None) if said_unauthorized else (refusal, context)

    lambda_svc._execute_function_with_config_scope = execute_and_note
    apigateway._authorize_ws_connect = authorize_or_401


def close() -> None:
    lambda_runtime.get_or_create_worker = lambda _name, config, _code, qualifier="$LATEST": _RouteInvocation(config)
    _close_selection()
    _close_unauthorized()
