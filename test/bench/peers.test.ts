import { describe, expect, test } from 'vitest';
import { Sightings, usedBetween } from '#bench/peers/load.ts';
import { textIn as textInParley } from '#bench/peers/parley.ts';
import { eachOf } from '#bench/peers/peer.ts';
import { kilobytesOf, parseStat, treeOf } from '#bench/peers/process-tree.ts';
import { escaped, isOwnPresence, textIn as textInProsody } from '#bench/peers/prosody.ts';
import { comparisonOf, markdownTable, spreadOf } from '#bench/peers/results.ts';
import { registrationMac, textsIn } from '#bench/peers/synapse.ts';

describe('what the adapters hear', () => {
  test('Parley: the text of a message', () => {
    const event = { type: 'message:created', seq: 4, message: { id: 'm', body: { type: 'text', text: '7 hello' } } };
    expect(textInParley(event)).toBe('7 hello');
    expect(() => textInParley({ message: { body: { type: 'deleted' } } })).toThrow();
  });

  test('Synapse: messages of a sync in order, and where the next begins', () => {
    const message = (body: string) => ({ type: 'm.room.message', content: { msgtype: 'm.text', body } });
    const events = [message('1 a'), { type: 'm.room.member', content: {} }, message('2 b')];
    const answer = { next_batch: 's2', rooms: { join: { '!r:localhost': { timeline: { events, limited: false } } } } };
    expect(textsIn(answer)).toEqual({ next: 's2', texts: ['1 a', '2 b'] });
    expect(textsIn({ next_batch: 's1' })).toEqual({ next: 's1', texts: [] });
  });

  test('Synapse: a sync that left messages out is an error, not a loss', () => {
    const join = { '!r:localhost': { timeline: { events: [], limited: true } } };
    expect(() => textsIn({ next_batch: 's3', rooms: { join } })).toThrow('left messages out');
  });

  test('Synapse: a registration proves that it knows the secret', () => {
    // Computed with OpenSSL: printf 'thisisanonce\0pepper\0pizza\0notadmin' | openssl sha1 -hmac shared_secret
    expect(registrationMac('shared_secret', 'thisisanonce', 'pepper', 'pizza')).toBe(
      'fabbd6bb1fb8821ec8e980be472374f2cfac14d9',
    );
  });

  test('Prosody: a message of a room, whatever the quotes, unescaped', () => {
    const body = '<body>3 a &amp; b &lt;c&gt; &#38; &#x27;</body>';
    const stanza = `<message id='x' type='groupchat' xmlns='jabber:client' from='r@rooms/m0'>${body}<stanza-id/></message>`;
    expect(textInProsody(stanza)).toBe("3 a & b <c> & '");
    expect(textInProsody(stanza.replaceAll("'", '"'))).toBe("3 a & b <c> & '");
  });

  test('Prosody: a subject, an error and a presence are no messages', () => {
    expect(textInProsody("<message type='groupchat'><subject/></message>")).toBeUndefined();
    expect(textInProsody("<message type='error'><body>1 a</body></message>")).toBeUndefined();
    expect(textInProsody("<presence from='r@rooms/m0'/>")).toBeUndefined();
  });

  test('Prosody: what is escaped comes back as it was', () => {
    const text = `<a href="x">'&amp;'</a>`;
    expect(escaped(text)).not.toMatch(/[<>"']/);
    expect(textInProsody(`<message type='groupchat'><body>${escaped(text)}</body></message>`)).toBe(text);
  });

  test('Prosody: one has entered when one’s own presence comes', () => {
    expect(isOwnPresence("<presence from='r@rooms/m0'><x><status code='110'/></x></presence>")).toBe(true);
    expect(isOwnPresence("<presence from='r@rooms/m1'><x><status code='100'/></x></presence>")).toBe(false);
  });
});

describe('what is counted', () => {
  test('a message is seen when every member has seen it, however often each was told', async () => {
    const sightings = new Sightings(2);
    const { text, seen } = sightings.next();
    const other = sightings.next();
    sightings.saw(0, text);
    sightings.saw(0, text);
    sightings.saw(0, other.text);
    sightings.saw(1, 'not one of ours');
    let all = false;
    seen.then(() => {
      all = true;
    });
    await Promise.resolve();
    expect(all).toBe(false);
    sightings.saw(1, text);
    expect(await seen).toBeGreaterThan(0);
    sightings.saw(1, other.text);
    await other.seen;
  });

  test('every text is of one length and of its own', () => {
    const sightings = new Sightings(1);
    const texts = Array.from({ length: 20 }, () => sightings.next().text);
    for (const text of texts) sightings.saw(0, text);
    expect(new Set(texts).size).toBe(20);
    expect(new Set(texts.map(({ length }) => length))).toEqual(new Set([120]));
  });

  test('processor time is what was used less what is used idle, and never negative', () => {
    expect(usedBetween({ a: 100, b: 50 }, { a: 400, b: 60, c: 7 }, { a: 20, b: 10 }, 5_000)).toEqual({
      a: 200,
      b: 0,
      c: 7,
    });
  });

  test('a process is read whatever its name holds', () => {
    const fields = ['S', 17, 20, 20, 0, -1, 0, 0, 0, 0, 0, 3, 4, 50, 60, 20];
    expect(parseStat(`20 (a (b) c) ${fields.join(' ')}`)).toEqual({
      pid: 20,
      command: 'a (b) c',
      parent: 17,
      cpu: 1_170,
    });
  });

  test('a tree holds what came from its root and nothing else', () => {
    const process = (pid: number, parent: number) => ({ pid, parent, command: 'x', cpu: 1 });
    const all = [process(1, 0), process(4, 3), process(2, 1), process(3, 2), process(9, 1)];
    expect(treeOf(2, all).map(({ pid }) => pid)).toEqual([2, 3, 4]);
    expect(treeOf(8, all)).toEqual([]);
  });

  test('kilobytes are read by the line’s name', () => {
    expect(kilobytesOf('Pss', 'Rss:      900 kB\nPss:      812 kB\nPss_Anon:  5 kB\n')).toBe(812);
    expect(kilobytesOf('Pss', '')).toBe(0);
  });

  test('lanes keep the order of the results and never run more side by side than asked', async () => {
    let now = 0;
    let most = 0;
    const results = await eachOf([3, 1, 2, 0], 2, async (item) => {
      most = Math.max(most, ++now);
      for (let turn = 0; turn < item; turn++) await Promise.resolve();
      now--;
      return item * 10;
    });
    expect(results).toEqual([30, 10, 20, 0]);
    expect(most).toBe(2);
  });
});

describe('what is reported', () => {
  test('the middle and the ends', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  });

  test('runs come to one line: times together, rates and processor time by their middle', () => {
    const run = (seen: number[], milliseconds: number, cpu: Record<string, number>) => ({
      seen,
      messages: 10,
      milliseconds,
      repeated: 1,
      cpu,
    });
    const runs = [run([1, 2], 1_000, { a: 10, b: 30 }), run([3, 4], 2_000, { a: 20 }), run([5], 500, { a: 60 })];
    expect(comparisonOf('X', 5, runs)).toEqual({
      peer: 'X',
      members: 5,
      runs: 3,
      seen: { p50: 3, p99: 5, messages: 5 },
      rate: { median: 10, min: 5, max: 20 },
      repeated: 3,
      cpuPerMessage: { median: 4, min: 2, max: 6 },
      cpuPerDelivery: 0.8,
      parts: { a: 2, b: 0 },
    });
  });

  test('a table lines up', () => {
    expect(markdownTable(['name', 'N'], [['a', '10']])).toBe('| name |  N |\n|------|---:|\n| a    | 10 |');
  });
});
