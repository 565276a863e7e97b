import { answer } from './frame.ts';

/** `$default`: every frame of a client, whatever its action says. */
export const handler = answer;
