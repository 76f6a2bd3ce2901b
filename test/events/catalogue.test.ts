/** The catalogue is frozen once released: names, versions and streams stand here as literals. */
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import {
  CATALOGUE,
  CATALOGUE_SIZE,
  eventType,
  MARKERS,
  readData,
  RESERVED,
  STREAM_KINDS,
  type EventName,
} from '../../events/index.js';
import { defineEvent, nextVersion } from '../../events/event-type.js';
import { checkEvent } from '../../replay/fold.js';
import { EXAMPLE_DATA, exampleStream } from '../support/example-events.js';

const NAMES = Object.keys(CATALOGUE) as EventName[];

describe('the catalogue', () => {
  it('holds these types, on these streams, at these versions', () => {
    const rows = Object.entries(CATALOGUE).map(([key, { name, stream, version, versions }]) => {
      expect(key).toBe(name);
      expect(versions.length).toBe(version);
      return `${name} ${String(version)} ${stream}`;
    });
    expect(rows).toEqual([
      'DimensionCreated 1 dimension',
      'DimensionAdopted 1 dimension',
      'ReplicaForked 1 replica',
      'EntityAdded 1 entity',
      'EntityRevised 1 entity',
      'EntityMoved 1 entity',
      'EntityDeleted 1 entity',
      'EntityRestored 1 entity',
      'RecordWritten 1 entity',
      'RealmDescribed 1 realm',
      'RealmDeleted 1 realm',
      'DomainDescribed 1 domain',
      'DomainDeleted 1 domain',
      'FactAsserted 1 fact',
      'FactAmended 1 fact',
      'FactEnded 1 fact',
      'FactRetracted 1 fact',
      'TermDefined 1 term',
      'AliasSet 1 term',
      'PersonNamed 1 person',
      'PersonForgotten 1 person',
      'TunnelDug 1 tunnel',
      'TunnelUpdated 1 tunnel',
      'TunnelClosed 1 tunnel',
      'GatewayDismissed 1 gateway',
      'SourceMined 1 source',
      'NodesBuilt 1 source',
      'NodesPurged 1 source',
      'SettingChanged 1 setting',
      'EmbedderChosen 1 setting',
      'PersonaDefined 1 persona',
      'PersonaDeleted 1 persona',
      'PersonaActivated 1 setting',
      'IdentitySet 1 setting',
      'Undone 1 any',
      'Redone 1 any',
      'Erased 1 any',
    ]);
    expect(CATALOGUE_SIZE).toBe(37);
    expect([...MARKERS]).toEqual(['Undone', 'Redone', 'Erased']);
  });

  it('keeps these names for releases to come', () => {
    expect(RESERVED).toEqual({
      LayerEntryWritten: 'entity',
      SourceForgotten: 'source',
    });
    expect(Object.keys(RESERVED).filter((name) => eventType(name))).toEqual([]);
  });

  it('knows these kinds of streams', () => {
    expect(STREAM_KINDS).toEqual([
      ...['dimension', 'replica', 'entity', 'realm', 'domain', 'fact', 'term', 'person'],
      ...['persona', 'tunnel', 'gateway', 'source', 'setting'],
    ]);
  });

  it('finds no type by a name of the language', () => {
    expect(['constructor', '__proto__', 'toString', ''].map(eventType)).toEqual([
      ...[undefined, undefined, undefined, undefined],
    ]);
  });
});

describe.each(NAMES)('%s', (name) => {
  const data = EXAMPLE_DATA[name] as Readonly<Record<string, unknown>>;
  const payload = {
    ...{ type: name, v: 1, stream: exampleStream(name) },
    ...{ data, nonce: Buffer.alloc(16) },
  };

  it('reads its example as it stands', () => {
    expect(readData(eventType(name), 1, data)).toEqual({ status: 'known', data });
    expect(checkEvent(payload)).toEqual({ status: 'known', data });
  });

  it('is invalid with a field that nobody knows, or with no data', () => {
    const more = { ...data, surprise: 1 };
    expect(readData(eventType(name), 1, more).status).toBe('invalid');
    expect(readData(eventType(name), 1, {}).status).toBe('invalid');
  });

  it('is unknown at a version to come', () => {
    expect(readData(eventType(name), 2, data)).toEqual({ status: 'unknown' });
  });

  it('is invalid on a stream of another kind, if it has a kind', () => {
    const other = { ...payload, stream: 'elsewhere:0' };
    const isMarker = ['Undone', 'Redone', 'Erased'].includes(name);
    expect(checkEvent(other).status).toBe(isMarker ? 'known' : 'invalid');
  });
});

describe('text and JSON in events', () => {
  const statusOf = (metadata: unknown): string =>
    readData(eventType('EntityRevised'), 1, { entity_id: 'e', metadata }).status;

  it('may not hold half a surrogate pair, wherever it stands', () => {
    const lone = 'a\ud800b';
    const revised = eventType('EntityRevised');
    expect(readData(revised, 1, { entity_id: 'e', content: lone }).status).toBe('invalid');
    expect([{ a: lone }, { [lone]: 1 }, { a: [{ b: lone }] }].map(statusOf)).toEqual([
      ...['invalid', 'invalid', 'invalid'],
    ]);
  });

  it('is invalid when it is nested deeper than 64 levels, however deep', () => {
    const nested = (depth: number): unknown => {
      let value: unknown = 1;
      for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { a: value };
      return { a: value };
    };
    expect(statusOf(nested(63))).toBe('known');
    expect(statusOf(nested(64))).toBe('invalid');
    expect(statusOf(nested(20_000))).toBe('invalid');
  });

  it('holds nothing that JSON does not', () => {
    const odd = [NaN, Infinity, undefined, new Date(0), Buffer.alloc(1), 1n, new Map()];
    expect(odd.map((value) => statusOf({ value }))).toEqual(odd.map(() => 'invalid'));
    expect([[], null, 'text', 1].map(statusOf)).toEqual([
      ...['invalid', 'invalid', 'invalid', 'invalid'],
    ]);
  });
});

describe('a type with several versions', () => {
  const first = defineEvent('Noted', 'entity', z.strictObject({ text: z.string() }));
  const second = nextVersion(first, z.strictObject({ lines: z.array(z.string()) }), (data) => ({
    lines: String(data.text).split('\n'),
  }));
  const third = nextVersion(second, z.strictObject({ count: z.int() }), (data) => ({
    count: (data.lines as string[]).length,
  }));

  it('lifts what an older version wrote through every step between', () => {
    expect(readData(third, 1, { text: 'a\nb' })).toEqual({ status: 'known', data: { count: 2 } });
    const lines = ['a', 'b', 'c'];
    expect(readData(third, 2, { lines })).toEqual({ status: 'known', data: { count: 3 } });
    expect(readData(third, 3, { count: 4 })).toEqual({ status: 'known', data: { count: 4 } });
    expect(readData(second, 1, { text: 'a' })).toEqual({
      status: 'known',
      data: { lines: ['a'] },
    });
  });

  it('checks stored data against the version that wrote it', () => {
    expect(readData(third, 1, { count: 1 }).status).toBe('invalid');
    expect(readData(third, 3, { text: 'a' }).status).toBe('invalid');
  });

  it('leaves the earlier definition as it was', () => {
    expect([first.version, second.version, third.version]).toEqual([1, 2, 3]);
    expect(readData(first, 2, { lines: [] })).toEqual({ status: 'unknown' });
  });
});

describe('a type that nobody knows', () => {
  it('is unknown, not invalid', () => {
    expect(readData(undefined, 1, {})).toEqual({ status: 'unknown' });
    expect(readData(eventType('LayerEntryWritten'), 1, {})).toEqual({ status: 'unknown' });
    expect(readData(eventType('EntityAdded'), 0, {})).toEqual({ status: 'unknown' });
  });
});
