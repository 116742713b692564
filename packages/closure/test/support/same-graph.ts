/**
 * Tells whether two graphs of values are the same: structure, kinds, and which objects are one object. Returns the path
 * to the first difference, undefined when there is none.
 */
export function firstDifference(left: unknown, right: unknown): string | undefined {
  const partner = new Map<unknown, unknown>()
  const pending: (readonly [left: unknown, right: unknown, path: string])[] = [[left, right, '']]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [a, b, path] = next
    if (!isObject(a) || !isObject(b)) {
      if (!samePrimitive(a, b)) return `${path}: ${String(a)} is ${String(b)}`
      continue
    }
    if (partner.has(a) || partner.has(b)) {
      if (partner.get(a) !== b || partner.get(b) !== a) return `${path}: another object than elsewhere`
      continue
    }
    partner.set(a, b)
    partner.set(b, a)
    const difference = compareShallow(a, b)
    if (difference !== undefined) return `${path}: ${difference}`
    for (const [name, x, y] of parts(a, b)) pending.push([x, y, `${path}${name}`])
  }
  return undefined
}

/** All objects that a value leads to, without functions and prototypes. */
export function objectsOf(root: object): Set<object> {
  const met = new Set<object>()
  const pending: unknown[] = [root]
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value !== 'object' || value === null || met.has(value)) continue
    met.add(value)
    for (const [, part] of parts(value, value)) pending.push(part)
  }
  return met
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Local symbols are new ones on the other side. */
function samePrimitive(a: unknown, b: unknown): boolean {
  if (typeof a === 'symbol' && typeof b === 'symbol' && Symbol.keyFor(a) === undefined) {
    return a.description === b.description
  }
  return Object.is(a, b)
}

function compareShallow(a: object, b: object): string | undefined {
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) {
    return `${Object.prototype.toString.call(a)} is ${Object.prototype.toString.call(b)}`
  }
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return 'its prototype differs'
  if (Object.isFrozen(a) !== Object.isFrozen(b) && !ArrayBuffer.isView(a)) return 'frozen on one side'
  const [keysOfA, keysOfB] = [Reflect.ownKeys(a).map(String), Reflect.ownKeys(b).map(String)]
  if (keysOfA.join() !== keysOfB.join()) return `keys ${keysOfA.join()} are ${keysOfB.join()}`
  if (a instanceof Date && b instanceof Date && !Object.is(a.getTime(), b.getTime())) return 'another time'
  if (
    a instanceof RegExp &&
    b instanceof RegExp &&
    (a.source !== b.source || a.flags !== b.flags || a.lastIndex !== b.lastIndex)
  ) {
    return 'another expression'
  }
  if (a instanceof Map && b instanceof Map && a.size !== b.size) return 'another size'
  if (a instanceof Set && b instanceof Set && a.size !== b.size) return 'another size'
  return undefined
}

function* parts(a: object, b: object): Generator<readonly [name: string, left: unknown, right: unknown]> {
  if (a instanceof Map && b instanceof Map) {
    const others = [...b]
    let i = 0
    for (const [key, value] of a) {
      const [otherKey, other] = others[i++] as readonly [unknown, unknown]
      yield [`(key ${i})`, key, otherKey]
      yield [`(value ${i})`, value, other]
    }
  }
  if (a instanceof Set && b instanceof Set) {
    const others = [...b]
    let i = 0
    for (const value of a) yield [`(item ${i})`, value, others[i++]]
  }
  const keys = Reflect.ownKeys(b)
  for (const [i, key] of Reflect.ownKeys(a).entries()) {
    const [x, y] = [
      Object.getOwnPropertyDescriptor(a, key),
      Object.getOwnPropertyDescriptor(b, keys[i] as string | symbol),
    ]
    yield [`.${String(key)}`, x?.value, y?.value]
    const flags = (descriptor: PropertyDescriptor | undefined): string =>
      `${descriptor?.enumerable}${descriptor?.writable}${descriptor?.configurable}${descriptor?.get !== undefined}`
    if (key === 'stack' && a instanceof Error && b instanceof Error && a.stack === b.stack) continue // of the engine
    yield [`.${String(key)} (flags)`, flags(x), flags(y)]
  }
}
