import type { DataStack } from './data-stack.ts';
import type { DeliveryStack } from './delivery-stack.ts';
import type { HooksStack } from './hooks-stack.ts';
import type { JobsStack } from './jobs-stack.ts';
import type { MediaStack } from './media-stack.ts';
import type { RealtimeStack } from './realtime-stack.ts';
import type { RestStack } from './rest-stack.ts';
import type { ServicesStack } from './services-stack.ts';
import type { StreamStack } from './stream-stack.ts';

/** The stacks of a deployment, apart from the one that watches them; each stands on those before it, none inside another. */
export interface Stacks {
  readonly data: DataStack;
  readonly realtime: RealtimeStack;
  readonly media: MediaStack;
  readonly delivery: DeliveryStack;
  readonly services: ServicesStack;
  readonly rest: RestStack;
  readonly stream: StreamStack;
  readonly jobs: JobsStack;
  readonly hooks: HooksStack;
}
