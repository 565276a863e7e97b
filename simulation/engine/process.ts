import { ENV } from '#contract/environment.ts';
import { takeOver } from './globals.ts';

/** Makes this process one in which worlds run: the settings that the functions are deployed with, and time and chance of the world. */
export function becomeWorld(): void {
  Object.assign(process.env, {
    [ENV.table]: 'table',
    [ENV.socketsEndpoint]: 'https://sockets.sim/chat',
    [ENV.socketsUrl]: 'wss://sockets.sim/chat',
    [ENV.stragglersUrl]: 'https://sqs.sim/stragglers.fifo',
    [ENV.signingKey]: 'signing-key',
  });
  takeOver();
}

/** Tells the process that started this one, and waits until it has gone out. */
export const report = (message: object): Promise<void> =>
  new Promise((resolve) => process.send!(message, undefined, {}, () => resolve()));
