import { createHash } from 'node:crypto';
import { DEFAULT_UPLOAD_RULES } from '#contract/upload-rules.ts';
import { CLEAN } from '#contract/verdict.ts';
import { kindOf, mayMove } from '#domain/media.ts';
import { isDenied } from '#domain/upload.ts';
import { documentWork, type Shelves } from '#functions/media/document-work.ts';
import { lead, type World } from '#functions/media/lead.ts';
import type { Arrival } from '#functions/media/object-key.ts';
import { stepsAfter } from '#functions/media/on-verdict.ts';
import { pictureWork, type Stores } from '#functions/media/picture-work.ts';
import { scope } from '#table/entity.ts';
import type { StoredMedia } from '#table/media.ts';

export const TENANT = scope('acme');
export const MEDIA_ID = 'med_AZqYt2a0cK6fPpQ1mWk3Zg';

/** Called before every step that leaves the function, and again before its answer comes back; may wait or throw. */
export type Between = (step: keyof (World & Stores & Shelves)) => Promise<void>;

/** A world in memory with one requested media; its conditions are those of `moveMedia`, tested against DynamoDB apart. */
export class MemoryWorld implements World, Stores, Shelves {
  media: StoredMedia | undefined;
  /** Every state the media was ever in, in order. */
  readonly states: string[] = ['requested'];
  readonly announced: { state: string; reason: string | undefined }[] = [];
  readonly clean = new Map<string, Uint8Array>();
  readonly #objects = new Map<string, Uint8Array>();
  readonly #between: Between;

  constructor(claim: { contentType: string; bytes: number; jpeg?: boolean }, between: Between = async () => {}) {
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
    const kind = kindOf(this.media!.contentType);
    const object = { key: `acme/${MEDIA_ID}/${kind}`, versionId, eTag: createHash('md5').update(data).digest('hex') };
    return { tenant: TENANT, mediaId: MEDIA_ID, kind, object, objectVersion: versionId, bytes: data.length };
  }

  remove(versionId: string): void {
    this.#objects.delete(versionId);
  }

  /** What `receive-upload` does about an object. */
  receive = (arrival: Arrival) => lead(arrival, {}, this);

  /** What `process-upload` does about a verdict, which does not tell the object's size. */
  judge = (arrival: Arrival, result = CLEAN) =>
    lead(
      { ...arrival, bytes: undefined },
      stepsAfter(result, arrival.kind === 'image' ? pictureWork(this) : documentWork(this)),
      this,
    );

  async #step<T>(name: keyof (World & Stores & Shelves), act: () => T): Promise<T> {
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
      const bound = read.objectVersion === undefined ? undefined : objectVersion;
      if (!now || now.state !== read.state || now.objectVersion !== bound) return undefined;
      const { exp: _, ...kept } = now;
      this.media = { ...kept, ...edge, state: edge.to, objectVersion, version: now.version + 1 };
      this.states.push(edge.to);
      return this.media;
    });

  measure: World['measure'] = ({ versionId }) => this.#step('measure', () => this.#objects.get(versionId!)?.length);

  open: Stores['open'] = ({ versionId }) =>
    this.#step('open', () => {
      const data = this.#objects.get(versionId!);
      return (
        data && {
          bytes: data.length,
          read: async () => data,
          parts: async function* () {
            yield data;
          },
          discard: () => {},
        }
      );
    });

  put: Stores['put'] = (key, { data }) =>
    this.#step('put', () => {
      this.clean.set(key, data);
    });

  peek: Shelves['peek'] = ({ versionId }, bytes) =>
    this.#step('peek', () => this.#objects.get(versionId!)?.subarray(0, bytes));

  keep: Shelves['keep'] = ({ versionId }, key) =>
    this.#step('keep', () => {
      const data = this.#objects.get(versionId!);
      if (!data) return undefined;
      this.clean.set(key, data);
      return createHash('sha256').update(data).digest('hex');
    });

  denied: Shelves['denied'] = () =>
    this.#step('denied', () => (contentType: string) => isDenied(contentType, DEFAULT_UPLOAD_RULES));

  announce: World['announce'] = (_tenant, { state, reason }) =>
    this.#step('announce', () => {
      this.announced.push({ state, reason });
    });
}
