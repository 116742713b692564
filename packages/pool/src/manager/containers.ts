import { checkSync, InvalidStateError } from '@manyhands/base'
import { keepIterator } from '../remote/managing.ts'
import type { ContainerKind } from '../remote/messages.ts'

/** What a container is in the server, and what can be done with it. Each is one step: nobody sees half of it. */
interface Container<T> {
  make(initial: object): T
  readonly methods: Readonly<Record<string, (target: T, ...args: never[]) => unknown>>
}

/** One of which it does not matter what it is. */
interface AnyContainer {
  make(initial: object): unknown
  readonly methods: Readonly<Record<string, (target: never, ...args: never[]) => unknown>>
}

type Entry = readonly [key: unknown, value: unknown]
type Names = Record<string, unknown>

/** Indexes that are negative count from the end. */
const list: Container<unknown[]> = {
  make: initial => Array.from(initial as Iterable<unknown>),
  methods: {
    at: (items, index: number) => items.at(index),
    set(items, index: number, value: unknown) {
      const place = index < 0 ? index + items.length : index
      if (!Number.isInteger(place) || place < 0 || place >= items.length) {
        throw new RangeError(`index must be that of one of ${items.length} items, got ${index}`)
      }
      items[place] = value
    },
    push: (items, values: readonly unknown[]) => extend(items, values),
    unshift: (items, values: readonly unknown[]) => {
      items.splice(0, 0, ...values)
      return items.length
    },
    pop: items => items.pop(),
    shift: items => items.shift(),
    splice: (items, start: number, deleteCount: number, values: readonly unknown[]) =>
      items.splice(start, deleteCount, ...values),
    slice: (items, start?: number, end?: number) => items.slice(start, end),
    length: items => items.length,
    indexOf: (items, value: unknown) => items.indexOf(value),
    includes: (items, value: unknown) => items.includes(value),
    // A sort that throws leaves the list as it was.
    sort(items, compare?: (a: unknown, b: unknown) => number) {
      const hint = 'compare what is in the list'
      items.sort(compare && ((a, b) => checkSync('compare', compare(a, b), hint)))
    },
    reverse: items => void items.reverse(),
    clear: items => void items.splice(0),
    /** For iteration: it ends where the list does then. */
    step: (items, index: number) => (index < items.length ? { value: items[index] } : undefined),
  },
}

const dict: Container<Map<unknown, unknown>> = {
  make: initial => new Map(initial as Iterable<Entry>),
  methods: {
    get: (map, key: unknown) => map.get(key),
    set: (map, key: unknown, value: unknown) => void map.set(key, value),
    has: (map, key: unknown) => map.has(key),
    delete: (map, key: unknown) => map.delete(key),
    pop(map, key: unknown) {
      const value = map.get(key)
      map.delete(key)
      return value
    },
    setDefault(map, key: unknown, value: unknown) {
      if (!map.has(key)) map.set(key, value)
      return map.get(key)
    },
    update(map, entries: readonly Entry[]) {
      for (const [key, value] of entries) map.set(key, value)
    },
    size: map => map.size,
    clear: map => map.clear(),
    entries: map => [...map],
    iterate: map => keepIterator(iterate('dict', map)),
  },
}

const set: Container<Set<unknown>> = {
  make: initial => new Set(initial as Iterable<unknown>),
  methods: {
    add(values, value: unknown) {
      const isNew = !values.has(value)
      values.add(value)
      return isNew
    },
    has: (values, value: unknown) => values.has(value),
    delete: (values, value: unknown) => values.delete(value),
    update(values, more: readonly unknown[]) {
      for (const value of more) values.add(value)
    },
    size: values => values.size,
    clear: values => values.clear(),
    values: values => [...values],
    iterate: values => keepIterator(iterate('set', values)),
  },
}

const namespace: Container<Names> = {
  make: initial => Object.assign(Object.create(null) as Names, initial),
  methods: {
    get: (names, name: string) => names[name],
    set(names, name: string, value: unknown) {
      names[name] = value
    },
    has: (names, name: string) => name in names,
    delete(names, name: string) {
      const had = name in names
      delete names[name]
      return had
    },
    toObject: names => ({ ...names }),
  },
}

export const containers: Readonly<Record<ContainerKind, AnyContainer>> = { list, dict, set, namespace }

/** One by one, as a call of `push` has a limit. */
function extend(items: unknown[], values: readonly unknown[]): number {
  for (const value of values) items.push(value)
  return items.length
}

/**
 * Other than JavaScript's own iterators: what they would do after a change, nobody could rely on, as others make it.
 */
function* iterate(what: string, items: Map<unknown, unknown> | Set<unknown>): Generator<unknown, undefined> {
  const { size } = items
  const check = (): void => {
    if (items.size !== size) {
      throw new InvalidStateError(
        `the ${what} has changed its size while it was iterated: iterate over a copy, or keep others from it`,
      )
    }
  }
  for (const item of items) {
    yield item
    check()
  }
  check()
  return undefined
}
