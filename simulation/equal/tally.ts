import { Command } from '#contract/commands.ts';
import { Event } from '#contract/events.ts';
import { LeanFrame } from '#contract/frames.ts';

/** Every kind of event that the contract has. */
export const EVENT_TYPES: readonly string[] = Event.options.map(({ shape }) => shape.type.value);

/** A frame, either way, that the contract does not know. */
export class Undocumented extends Error {
  override readonly name = 'Undocumented';
}

/** Events by type, and how often each was told; each frame is held against the contract. */
export class Tally {
  readonly counts: Record<string, number> = {};
  undocumented: Undocumented | undefined;

  readonly heard = (frame: string): void => {
    const read = LeanFrame.safeParse(JSON.parse(frame));
    if (!read.success) this.#broken('told', frame, read.error);
    for (const { type } of read.data?.events ?? []) this.counts[type] = (this.counts[type] ?? 0) + 1;
  };

  readonly said = (frame: string): void => {
    const read = Command.safeParse(JSON.parse(frame));
    if (!read.success) this.#broken('said', frame, read.error);
  };

  #broken(what: string, frame: string, error: Error): void {
    this.undocumented ??= new Undocumented(`${what}: ${frame.slice(0, 2_000)}\n${error.message}`);
  }
}
