"""The IAM actions of SQS batch calls: AWS has none of their own, `sqs:SendMessage` covers SendMessageBatch and so on.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon SQS".
"""
from ministack.core import iam_actions

COVERED_BY = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def close() -> None:
    extract = iam_actions.extract_iam_action

    def extract_covering(*args, **kwargs):
        action = extract(*args, **kwargs)
        return COVERED_BY.get(action, action) if isinstance(action, str) else action

    iam_actions.extract_iam_action = extract_covering
