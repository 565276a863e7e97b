"""REST events: of a query parameter given several times, the single-value map holds the last (MiniStack: the first)."""
from ministack.services import apigateway_v1


def close() -> None:
    build = apigateway_v1._build_lambda_event_v1

    def build_with_last(*args, **kwargs):
        event = build(*args, **kwargs)
        multiple = event["multiValueQueryStringParameters"]
        if multiple:
            event["queryStringParameters"] = {name: values[-1] for name, values in multiple.items()}
        return event

    apigateway_v1._build_lambda_event_v1 = build_with_last
