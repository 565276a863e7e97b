import type { SignedAnswer, SignedRequest } from '#aws/signed-fetch.ts';
import { stage } from '../engine/stage.ts';

/** Stands for `#aws/signed-fetch.ts`: what leaves a function goes into the simulation's network. */
export const region = (): string => 'sim';

export const signedFetch = (request: SignedRequest): Promise<SignedAnswer> => {
  if (!stage.current) throw new Error('a call to AWS while no simulation runs');
  return stage.current.ask(request);
};
