import './aws-env.ts';
import { transport } from '#aws/transport.ts';
import { answer } from '#simulation/table/protocol.ts';
import { Table } from '#simulation/table/table.ts';
import { TABLE } from '#table/schema.ts';

/** Runs calls of DynamoDB against a table of this process, or against the service that the environment names. */
export function useBothTables() {
  const table = new Table({ ...TABLE, index: TABLE.byUser }, { now: () => 0, staleness: () => 0, memory: 0 });
  const tokens = new Set<string>();
  const real = transport.send;
  const here: typeof transport.send = async (_url, { headers, body }) => {
    const operation = headers['x-amz-target']!.split('.')[1]!;
    // What crosses a wire is text: nothing is shared by accident.
    const { status, body: answered } = answer(table, operation, JSON.parse(String(body)), tokens);
    const text = JSON.stringify(answered);
    return { status, text: async () => text, bytes: async () => Buffer.from(text) };
  };
  const on = async <T>(send: typeof transport.send, task: () => Promise<T>): Promise<T> => {
    transport.send = send;
    try {
      return await task();
    } finally {
      transport.send = real;
    }
  };
  return {
    inProcess: <T>(task: () => Promise<T>): Promise<T> => on(here, task),
    onService: <T>(task: () => Promise<T>): Promise<T> => on(real, task),
  };
}
