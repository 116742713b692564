import fc from 'fast-check'

class Pair {
  left: unknown
  right: unknown
  constructor(left?: unknown, right?: unknown) {
    this.left = left
    this.right = right
  }
}

class Bag extends Map<unknown, unknown> {}

/** Kinds of objects, empty at first: what they hold is put in afterwards, so that anything can hold anything. */
const kinds = {
  object: () => ({}),
  nullObject: () => Object.create(null) as object,
  array: () => [] as unknown[],
  map: () => new Map<unknown, unknown>(),
  set: () => new Set<unknown>(),
  pair: () => new Pair(),
  bag: () => new Bag(),
  error: () => new RangeError('no'),
  date: () => new Date(8.64e12),
  regExp: () => /a+/giu,
  view: () => Float64Array.of(1, 2),
  part: () => new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
  hidden: () => Object.defineProperty({}, 'hidden', { value: 1 }),
} as const

const primitive = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(undefined, null, -0, NaN, Infinity, Symbol.for('registered'), Symbol.iterator),
)
const key = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.constantFrom('__proto__', 'constructor', 'length', 'then', '0', '7', 'toString', Symbol.for('key')),
)
const kind = fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[]))

interface Plan {
  readonly kinds: readonly (keyof typeof kinds)[]
  readonly links: readonly (readonly [from: number, to: number, key: string | symbol])[]
  readonly leaves: readonly (readonly [at: number, key: string | symbol, value: unknown])[]
  readonly frozen: readonly number[]
}

const plan: fc.Arbitrary<Plan> = fc.record({
  kinds: fc.array(kind, { minLength: 1, maxLength: 12 }),
  links: fc.array(fc.tuple(fc.nat(11), fc.nat(11), key), { maxLength: 30 }),
  leaves: fc.array(fc.tuple(fc.nat(11), key, primitive), { maxLength: 30 }),
  frozen: fc.array(fc.nat(11), { maxLength: 2 }),
})

/** Graphs of objects of many kinds with cycles and shared references. The first object is the one to send. */
export const graph: fc.Arbitrary<object> = plan.map(({ kinds: names, links, leaves, frozen }) => {
  const objects = names.map(name => kinds[name]())
  const at = (index: number): object => objects[index % objects.length] as object
  for (const [from, to, name] of links) put(at(from), name, at(to))
  for (const [from, name, value] of leaves) put(at(from), name, value)
  // Structured clone thaws plain data, which is documented; what is taken apart stays frozen.
  for (const index of frozen) if (at(index) instanceof Pair) Object.freeze(at(index))
  return at(0)
})

function put(holder: object, name: string | symbol, value: unknown): void {
  // An error that is its own name overflows the engine when its stack is read.
  if (holder instanceof Error && name === 'name') return
  if (holder instanceof Map) holder.set(name, value)
  else if (holder instanceof Set) holder.add(value)
  else if (Array.isArray(holder)) holder.push(value)
  else if (!ArrayBuffer.isView(holder) && Object.getOwnPropertyDescriptor(holder, name)?.configurable !== false) {
    Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
  }
}
