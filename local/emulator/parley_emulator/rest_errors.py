"""A REST route whose function fails, times out or answers no proxy response: 502 `Internal server error` through the API's
DEFAULT_5XX gateway response (with its headers, CORS among them). MiniStack sends the function's own error text instead.
"""
from ministack.services import apigateway_v1


def _is_proxy_response(body) -> bool:
    if not isinstance(body, dict) or not isinstance(body.get("body", ""), (str, type(None))):
        return False
    try:
        return 100 <= int(body.get("statusCode", 0)) <= 599
    except (TypeError, ValueError):
        return False


class _BadGateway(apigateway_v1._GatewayError):
    def __init__(self):
        super().__init__("DEFAULT_5XX", "Internal server error")


class _Failed(Exception):
    pass


def close() -> None:
    shape, invoke = apigateway_v1._lambda_proxy_response, apigateway_v1._invoke_lambda_proxy_v1
    render = apigateway_v1._gateway_error_response

    def shape_or_fail(result):
        if not result.get("throttle") and (result.get("error") or not _is_proxy_response(result.get("body"))):
            raise _Failed()
        return shape(result)

    async def invoke_or_502(*args, **kwargs):
        try:
            return await invoke(*args, **kwargs)
        except _Failed:
            return _BadGateway()

    def render_with_status(error, request):
        response = render(error, request)
        return (502, *response[1:]) if isinstance(error, _BadGateway) else response

    apigateway_v1._lambda_proxy_response = shape_or_fail
    apigateway_v1._invoke_lambda_proxy_v1 = invoke_or_502
    apigateway_v1._gateway_error_response = render_with_status
