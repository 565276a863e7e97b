import { describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { HeadEntity } from '#table/conversation.ts';
import { scope } from '#table/entity.ts';
import { CONVERSATION_ID } from '../support/example-ids.ts';
import { EXAMPLES } from '../support/examples.ts';

/** The compiler is the test: each line under `@ts-expect-error` must not compile, or `tsc` fails. */
describe('what does not compile', () => {
  it('a key without a tenant', () => {
    expect(HeadEntity.key(scope('acme'), CONVERSATION_ID).pk).toMatch(/^T#acme#/);
    // @ts-expect-error a plain string is no tenant
    expect(HeadEntity.key('acme', CONVERSATION_ID).pk).not.toMatch(/^T#/);
  });

  it('a service without a handler for one of its operations', () => {
    // @ts-expect-error createTicket has no handler
    expect(service(api.realtime, {})).toBeTypeOf('function');
  });

  it('an operation without an example', () => {
    const { createTicket: _, ...others } = EXAMPLES.realtime;
    // @ts-expect-error createTicket has no example
    const incomplete: typeof EXAMPLES.realtime = others;
    expect(incomplete).toEqual({});
  });
});
