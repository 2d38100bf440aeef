// What the fuzz tests throw at the product: inputs made from its own schemas, the same with something wrong in them, JSON that fits
// nothing, and bytes that are no JSON. Called by fuzz-http.test.ts and fuzz-rpc.test.ts.
import fc from 'fast-check'
import * as z from 'zod'
import { gzipSync } from 'node:zlib'

type Json = Record<string, unknown>

const depthMax = 6
const listMax = 3
const hugeCount = 50_000

/** Values that fit the schema as far as JSON schema can say; rules beyond it may still refuse them. */
export function shapedBy(schema: z.ZodType | undefined): fc.Arbitrary<unknown> {
  if (schema === undefined) return fc.constant(undefined)
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json
  return ofSchema(root, { root, depth: 0 })
}

type Place = { root: Json; depth: number }

function ofSchema(schema: Json, place: Place): fc.Arbitrary<unknown> {
  const below = { ...place, depth: place.depth + 1 }
  if (place.depth > depthMax) return fc.constant(null)
  if ('const' in schema) return fc.constant(schema['const'])
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]))
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined
  if (choices !== undefined) return fc.oneof(...choices.map((each) => ofSchema(each, below)))
  const all = schema['allOf'] as Json[] | undefined
  if (all?.[0] !== undefined) return ofSchema(all[0], below)
  if (typeof schema['$ref'] === 'string') return ofSchema(referred(schema['$ref'], place.root), below)
  switch (schema['type']) {
    case 'object':
      return objectOf(schema, below)
    case 'array':
      return fc.array(ofSchema((schema['items'] ?? {}) as Json, below), { maxLength: listMax })
    case 'string':
      return stringOf(schema)
    case 'integer':
    case 'number':
      return fc.integer(rangeOf(schema))
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return wild
  }
}

function referred(ref: string, root: Json): Json {
  const names = ref
    .replace(/^#\/?/, '')
    .split('/')
    .filter((name) => name !== '')
  return names.reduce<Json>((node, name) => (node[name] ?? {}) as Json, root)
}

function objectOf(schema: Json, place: Place): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Json>)
  const required = (schema['required'] ?? []) as string[]
  return fc.record(Object.fromEntries(properties.map(([name, each]) => [name, ofSchema(each, place)])), {
    requiredKeys: required.filter((name) => properties.some(([known]) => known === name)),
  })
}

function rangeOf(schema: Json): { min: number; max: number } {
  const min = Number(schema['minimum'] ?? schema['exclusiveMinimum'] ?? -1_000_000)
  const max = Number(schema['maximum'] ?? Number.MAX_SAFE_INTEGER)
  return { min: Math.max(Number.MIN_SAFE_INTEGER, min), max: Math.max(min, max) }
}

function stringOf(schema: Json): fc.Arbitrary<unknown> {
  if (schema['format'] === 'uuid') return fc.uuid()
  const minLength = Number(schema['minLength'] ?? 0)
  const maxLength = Math.min(Number(schema['maxLength'] ?? 64), minLength + 64)
  if (typeof schema['pattern'] === 'string') {
    try {
      return fc.stringMatching(new RegExp(schema['pattern'], 'u'))
    } catch {
      return fc.string({ minLength, maxLength })
    }
  }
  return fc.oneof(fc.string({ minLength, maxLength }), fc.string({ minLength, maxLength, unit: 'binary' }))
}

/** JSON that fits nothing on purpose, with the names that break careless code. */
export const wild: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0.1,
    1e308,
    Number.MAX_SAFE_INTEGER + 2,
    '',
    '\u0000',
    '\ud800',
    "'; drop table tahsil.payments; --",
    '../../../etc/passwd',
    'x'.repeat(hugeCount),
    [],
    {},
    JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":1},"toString":1,"then":1}'),
    Array.from({ length: 1000 }, () => 1),
  ),
)

/** A fitting value with one place of it replaced, left out or added to. */
export const mutated = (fitting: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(fitting, wild, fc.nat(), fc.constantFrom('replace', 'remove', 'add'))
    .map(([value, other, at, how]) => {
      const copy = structuredClone(value)
      const places = placesOf(copy)
      const place = places[at % Math.max(1, places.length)]
      if (place === undefined) return other
      if (how === 'remove') Reflect.deleteProperty(place.of, place.name)
      else Reflect.set(place.of, how === 'add' ? `${place.name}X` : place.name, other)
      return copy
    })

function placesOf(value: unknown): { of: object; name: string }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => [{ of: value, name }, ...placesOf(each)])
}

export type RawBody = { body: Buffer; type: string; encoding?: string }

const json = 'application/json'
const bytesOf = (text: string) => Buffer.from(text, 'utf8')
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** Bodies that are wrong before anybody looks at their shape. */
export const rawBody: fc.Arbitrary<RawBody> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ body: Buffer.from(bytes), type: json })),
  fc.string().map((text) => ({ body: bytesOf(text), type: json })),
  fc
    .constantFrom(
      '',
      'null',
      '1e999',
      `[${'9'.repeat(400)}]`,
      nested(10_000),
      `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
      '{"json":1,"json":2}',
      '\ufeff{}',
      '{"json":{},"meta":[[99,"json"]]}',
      '{"json":{},"meta":[[0,"json","__proto__","x"]]}',
      '{"json":"2026-13-45","meta":[[1,"json"]]}',
      '{"json":"(((((","meta":[[5,"json"]]}',
    )
    .map((text) => ({ body: bytesOf(text), type: json })),
  fc
    .constantFrom(
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'x',
    )
    .map((type) => ({ body: bytesOf('{"a":1}'), type })),
  fc.constant({ body: Buffer.from('{"a":"é"}', 'latin1'), type: json }),
  fc.constant({ body: gzipSync('{"a":1}'), type: json, encoding: 'gzip' }),
  fc.constant({ body: gzipSync('{"a":1}').subarray(0, 15), type: json, encoding: 'gzip' }),
  fc.constant({ body: gzipSync(Buffer.alloc(8_000_000, 32)), type: json, encoding: 'gzip' }),
  fc
    .constantFrom('br', 'deflate', 'zstd', 'gzip, gzip', 'x')
    .map((encoding) => ({ body: bytesOf('{}'), type: json, encoding })),
)
