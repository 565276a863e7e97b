import { createHash } from 'node:crypto';
import { mayMove } from '#domain/media.ts';
import type { Arrival } from '#functions/media/object-key.ts';
import type { World } from '#functions/media/process-upload.ts';
import { scope } from '#table/entity.ts';
import type { StoredMedia } from '#table/media.ts';

export const TENANT = scope('acme');
export const MEDIA_ID = 'med_AZqYt2a0cK6fPpQ1mWk3Zg';
const KEY = `acme/${MEDIA_ID}`;

/** Called before every step that leaves the function, and again before its answer comes back; may wait or throw. */
export type Between = (step: keyof World) => Promise<void>;

/** A world in memory with one requested media; its conditions are those of `moveMedia`, tested against DynamoDB apart. */
export class MemoryWorld implements World {
  media: StoredMedia | undefined;
  /** Every state the media was ever in, in order. */
  readonly states: string[] = ['requested'];
  readonly announced: { state: string; reason: string | undefined }[] = [];
  readonly clean = new Map<string, Uint8Array>();
  readonly #objects = new Map<string, Uint8Array>();
  readonly #between: Between;

  constructor(claim: { contentType: string; bytes: number }, between: Between = async () => {}) {
    this.#between = between;
    this.media = {
      mediaId: MEDIA_ID,
      ownerId: 'ada',
      state: 'requested',
      fileName: 'photo.jpg',
      ...claim,
      createdAt: 1_795_000_000_000,
      version: 1,
      exp: 1_795_086_400,
    };
  }

  /** Puts an object into quarantine; answers what its event tells. */
  upload(versionId: string, data: Uint8Array): Arrival {
    this.#objects.set(versionId, data);
    const object = { key: KEY, versionId, eTag: createHash('md5').update(data).digest('hex') };
    return { tenant: TENANT, mediaId: MEDIA_ID, object, objectVersion: versionId };
  }

  remove(versionId: string): void {
    this.#objects.delete(versionId);
  }

  async #step<T>(name: keyof World, act: () => T): Promise<T> {
    await this.#between(name);
    const answer = act();
    await this.#between(name);
    return answer;
  }

  find: World['find'] = () => this.#step('find', () => this.media);

  move: World['move'] = (_tenant, read, objectVersion, edge) =>
    this.#step('move', () => {
      const now = this.media;
      if (!mayMove(read.state, edge.to)) throw new Error(`no edge leads from ${read.state} to ${edge.to}`);
      if (!now || now.state !== read.state || (now.objectVersion ?? objectVersion) !== objectVersion) return undefined;
      const { exp: _, ...kept } = now;
      this.media = { ...kept, ...edge, state: edge.to, objectVersion, version: now.version + 1 };
      this.states.push(edge.to);
      return this.media;
    });

  open: World['open'] = ({ versionId }) =>
    this.#step('open', () => {
      const data = this.#objects.get(versionId!);
      return data && { bytes: data.length, read: async () => data, discard: () => {} };
    });

  put: World['put'] = (key, { data }) =>
    this.#step('put', () => {
      this.clean.set(key, data);
    });

  announce: World['announce'] = (_tenant, { state, reason }) =>
    this.#step('announce', () => {
      this.announced.push({ state, reason });
    });
}
