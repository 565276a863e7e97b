import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DELIVER_WEBHOOKS, NOTIFY } from '#contract/entries.ts';
import type { Entry } from '#contract/entry.ts';
import { ParleyFunction, type Setting } from './constructs/parley-function.ts';
import { readBy, readingOf, type WorkQueue } from './constructs/work-queue.ts';
import type { DataStack } from './data-stack.ts';
import type { Resources } from './grants.ts';

/** Seconds for which new messages are gathered before it is looked who has not seen them, and events before webhooks are told. */
const [NOTIFY_WINDOW_SECONDS, WEBHOOKS_WINDOW_SECONDS] = [5, 2];

/** What follows from what happened, outside: who is to be notified, and what webhooks are told (ADR 0016). */
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
    const reader = (name: string, entry: Entry, work: WorkQueue, windowSeconds: number): ParleyFunction => {
      const made = new ParleyFunction(this, name, { setting, name, entry, resources, eventSource: [readingOf(work)] });
      // On a laptop somebody waits for it.
      readBy(made, work, setting.config.stage === 'local' ? Math.min(2, windowSeconds) : windowSeconds);
      return made;
    };
    this.functions = {
      notify: reader('notify', NOTIFY, data.notifications, NOTIFY_WINDOW_SECONDS),
      'deliver-webhooks': reader('deliver-webhooks', DELIVER_WEBHOOKS, data.webhooks, WEBHOOKS_WINDOW_SECONDS),
    };
  }
}
