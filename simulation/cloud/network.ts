import { NoAnswer } from '#aws/errors.ts';
import type { SignedAnswer, SignedRequest } from '#aws/signed-fetch.ts';
import { actor } from '../engine/stage.ts';
import type { Setting } from './setting.ts';

/** What a service answers to one request, at once; `text` is the body. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** A service of AWS as the network sees it. */
export type ServiceOf = (request: SignedRequest) => Reply;

/** Milliseconds that a request, or a reply, is under way. */
const [FAST, SLOW] = [0.5, 12];
/** The same when it is slow: longer than callers wait for. */
const [LATE, LATEST] = [800, 24_000];
/** Milliseconds for which a function does not go on with what it was answered. */
const [STALL, LONGEST_STALL] = [500, 20_000];

/** Carries calls from functions to services and back, each way taking its time; what a caller no longer waits for still arrives. */
export class Network {
  readonly #setting: Setting;
  readonly #services: Readonly<Record<string, ServiceOf>>;

  constructor(setting: Setting, services: Readonly<Record<string, ServiceOf>>) {
    this.#setting = setting;
    this.#services = services;
  }

  #latency(): number {
    const { chance, faults } = this.#setting;
    return faults.strike('call slow') ? chance.spread(LATE, LATEST) : chance.between(FAST, SLOW);
  }

  ask(request: SignedRequest): Promise<SignedAnswer> {
    const { clock, chance, faults } = this.#setting;
    const who = actor();
    const service = this.#services[request.service];
    if (!who || !service) throw new Error(`${who?.name} calls ${request.service}`);
    return new Promise((resolve, reject) => {
      if (who.dead) return;
      if (faults.strike('function killed before a call')) return who.die();
      let open = true;
      const settle = (then: () => void): void => {
        if (open && !who.dead) then();
        open = false;
      };
      const there = this.#latency();
      const back = this.#latency();
      const lost = faults.strike('call lost');
      const unheard = lost || faults.strike('reply of a call lost');
      if (faults.strike('function killed during a call')) clock.after(chance.real() * (there + back), who.die);
      if (!lost)
        clock.after(there, () => {
          const { status, text } = service(request);
          if (unheard) return;
          const stall = faults.strike('function stalls') ? chance.spread(STALL, LONGEST_STALL) : 0;
          clock.after(back + stall, () => settle(() => resolve({ status, text, bytes: Buffer.from(text) })));
        });
      // A call that answers in time needs no alarm.
      if (unheard || there + back >= request.timeout)
        clock.after(request.timeout, () =>
          settle(() => reject(new NoAnswer(`${request.service} does not answer: the simulation lost it`))),
        );
    });
  }
}
