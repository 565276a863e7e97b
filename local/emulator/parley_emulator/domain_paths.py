"""IAM judges a call about a search domain by the domain that its path names. MiniStack looks for the name in the body only,
so that DescribeDomain, which has none, is judged on `*` and refused to a function that may describe exactly its own domain.
"""
import inspect
import re

from ministack.core import iam_actions

_DOMAIN = re.compile(r"/domain/([a-z][a-z0-9-]{2,27})(?:/|$)")


def close() -> None:
    resource = iam_actions.extract_resource_arn
    signature = inspect.signature(resource)

    def resource_or_domain(*args, **kwargs):
        arn = resource(*args, **kwargs)
        call = signature.bind(*args, **kwargs).arguments
        named = _DOMAIN.search(call["path"]) if arn == "*" and call["service"] == "opensearch" else None
        return f"arn:aws:es:{call['region']}:{call['account_id']}:domain/{named[1]}" if named else arn

    iam_actions.extract_resource_arn = resource_or_domain
