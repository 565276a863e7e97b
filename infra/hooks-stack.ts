import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { NOTIFY } from '#contract/entries.ts';
import { ParleyFunction, type Setting } from './constructs/parley-function.ts';
import { readBy, readingOf } from './constructs/work-queue.ts';
import type { DataStack } from './data-stack.ts';
import type { Resources } from './grants.ts';

/** Seconds for which messages that somebody may have to be notified of are gathered. */
const NOTIFY_WINDOW_SECONDS = 5;

/** What others are told: who is to be notified (docs/webhooks.md, ADR 0016). */
export class HooksStack extends Stack {
  readonly functions: Readonly<Record<string, ParleyFunction>>;

  constructor(
    scope: Construct,
    id: string,
    setting: Setting,
    data: DataStack,
    resources: Resources,
    props?: StackProps,
  ) {
    super(scope, id, props);
    const notify = new ParleyFunction(this, 'notify', {
      setting,
      name: 'notify',
      entry: NOTIFY,
      resources,
      eventSource: [readingOf(data.notifications)],
    });
    readBy(notify, data.notifications, NOTIFY_WINDOW_SECONDS);
    this.functions = { notify };
  }
}
