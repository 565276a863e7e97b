import { AwsError, isTransient } from './errors.ts';
import { region, signedFetch } from './signed-fetch.ts';

/** A service that speaks AWS's JSON protocol: one address, the operation in a header. */
interface Service {
  /** What a signature and a host name call it. */
  readonly name: string;
  /** What its operations begin with. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
}

export const DYNAMODB: Service = { name: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' };
export const SQS: Service = { name: 'sqs', target: 'AmazonSQS', version: '1.0' };
export const SECRETS_MANAGER: Service = { name: 'secretsmanager', target: 'secretsmanager', version: '1.1' };

export interface CallOptions {
  /** Milliseconds for one attempt. */
  readonly timeout?: number;
  readonly attempts?: number;
}

/** The longest pause between two attempts, milliseconds. */
const LONGEST_PAUSE = 1_000;

const addressOf = ({ name }: Service): URL =>
  new URL(process.env.AWS_ENDPOINT_URL ?? `https://${name}.${region()}.amazonaws.com/`);

const parse = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // A proxy between us and the service answers in HTML; its status says enough.
    return {};
  }
};

const attemptCall = async (
  service: Service,
  operation: string,
  body: string,
  timeout: number,
): Promise<Record<string, unknown>> => {
  const { status, text } = await signedFetch({
    service: service.name,
    method: 'POST',
    url: addressOf(service),
    headers: {
      'content-type': `application/x-amz-json-${service.version}`,
      'x-amz-target': `${service.target}.${operation}`,
    },
    body,
    timeout,
  });
  const answer = parse(text);
  if (status < 300) return answer;
  const type = typeof answer.__type === 'string' ? answer.__type : 'UnknownError';
  throw new AwsError(type.slice(type.lastIndexOf('#') + 1), status, answer);
};

/**
 * One call of an AWS service. What may succeed a moment later (no answer, throttles, 5xx) is tried again, with
 * exponential back-off and full jitter as AWS asks; every call of ours is conditional or idempotent, so that a repetition of
 * one that had been carried out is recognised. Raises `AwsError` and, when there was never an answer, `NoAnswer`.
 */
export async function callService(
  service: Service,
  operation: string,
  input: unknown,
  { timeout = 5_000, attempts = 5 }: CallOptions = {},
): Promise<Record<string, unknown>> {
  const body = JSON.stringify(input);
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptCall(service, operation, body, timeout);
    } catch (error) {
      if (attempt >= attempts || !isTransient(error)) throw error;
      const pause = Math.min(LONGEST_PAUSE, 25 * 2 ** attempt);
      await new Promise((resume) => setTimeout(resume, Math.random() * pause));
    }
  }
}
