import { transport } from '#aws/transport.ts';

/** Operations of DynamoDB. */
type Operation = 'GetItem' | 'Query' | 'TransactWriteItems';

const isOf = (headers: Readonly<Record<string, string>>, operation: Operation): boolean =>
  headers['x-amz-target']?.endsWith(`.${operation}`) ?? false;

/** Does something right after the next call of an operation was answered, before its caller hears the answer. */
export function afterNext(operation: Operation, task: () => Promise<unknown>): void {
  const { send } = transport;
  transport.send = async (url, request) => {
    const answer = await send(url, request);
    if (isOf(request.headers, operation)) {
      transport.send = send;
      await task();
    }
    return answer;
  };
}

/** Holds the next call of an operation back: `arrived` when it is there, gone on with by `release`. */
export function holdNext(operation: Operation): { readonly arrived: Promise<void>; readonly release: () => void } {
  const { send } = transport;
  const [arrived, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  transport.send = async (url, request) => {
    if (isOf(request.headers, operation)) {
      transport.send = send;
      arrived.resolve();
      await released.promise;
    }
    return send(url, request);
  };
  return { arrived: arrived.promise, release: released.resolve };
}
