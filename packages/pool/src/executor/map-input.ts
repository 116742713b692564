import { checkOptionNames, describeValue, type MapOptions, openInput, Promise, readStep } from '@manyhands/base'
import type { Arguments } from './map-chunks.ts'

interface Source {
  readonly iterator: Iterator<unknown> | AsyncIterator<unknown>
  readonly isAsync: boolean
}

/** What a map was called with behind its function: iterables, and perhaps options. */
export function splitOptions(
  where: string,
  given: readonly unknown[],
): { inputs: readonly unknown[]; options: object } {
  const last = given.at(-1)
  if (given.length < 2 || isIterable(last)) return { inputs: given, options: {} }
  const options = last === undefined ? {} : (last as object)
  checkOptionNames(where, options, mapOptionNames, mistakes)
  return { inputs: given.slice(0, -1), options }
}

const mapOptionNames: readonly (keyof MapOptions)[] = ['chunkSize', 'bufferSize', 'timeoutMs', 'signal', 'spread']
const mistakes = { chunksize: 'chunkSize', buffersize: 'bufferSize', timeout: 'timeoutMs', starmap: 'spread' }

function isIterable(value: unknown): boolean {
  if (value === undefined || value === null) return false
  const { [Symbol.asyncIterator]: openAsync, [Symbol.iterator]: open } = value as Partial<
    AsyncIterable<unknown> & Iterable<unknown>
  >
  return typeof openAsync === 'function' || typeof open === 'function'
}

/**
 * The arguments of the calls of a map: one item of each iterable, in step, until the first of them ends; or with
 * `spread` what the items of the only one hold.
 */
export class MapInput {
  /** `nextLater` is to be asked instead of `next`. */
  readonly isAsync: boolean
  readonly #where: string
  readonly #sources: readonly Source[]
  readonly #spread: boolean
  /** Those that have not ended by themselves. */
  readonly #open: Set<Source>
  #position = 0

  /** @throws TypeError for what is not iterable, and for several iterables with `spread` */
  constructor(where: string, inputs: readonly unknown[], spread: boolean) {
    if (spread && inputs.length > 1) {
      throw new TypeError(
        `${where} got ${inputs.length} iterables and spread: true: give either several iterables, whose items go ` +
          'together, or one of arrays with `spread`',
      )
    }
    this.#where = where
    this.#sources = openSources(where, inputs.length === 0 ? [undefined] : inputs)
    this.#spread = spread
    this.#open = new Set(this.#sources)
    this.isAsync = this.#sources.some(({ isAsync }) => isAsync)
  }

  /**
   * The arguments of the next call; undefined at the end.
   *
   * @throws what an input throws, and TypeError for an item that cannot be spread
   */
  next(): Arguments | undefined {
    const items: unknown[] = []
    try {
      for (const { iterator } of this.#sources) {
        const step = readStep(iterator.next())
        if (step === undefined) return this.#ended(items.length)
        items.push(step.value)
      }
    } catch (error) {
      this.#ended(items.length)
      throw error
    }
    return this.#arguments(items)
  }

  /**
   * As `next`, where an input is async. They are asked one after the other: none gives an item that the end of another
   * would drop.
   */
  async nextLater(): Promise<Arguments | undefined> {
    const items: unknown[] = []
    try {
      for (const source of this.#sources) {
        if (!this.#open.has(source)) return undefined // closed in the meantime
        const asked = source.iterator.next()
        const step = readStep(source.isAsync ? await asked : asked)
        if (step === undefined) return this.#ended(items.length)
        items.push(step.value)
      }
    } catch (error) {
      this.#ended(items.length)
      throw error
    }
    return this.#arguments(items)
  }

  /** Closes the inputs that have not ended. Rejects with what the first of them throws that fails to close. */
  async close(): Promise<void> {
    const open = [...this.#open]
    this.#open.clear()
    await closeAll(open)
  }

  #ended(index: number): undefined {
    this.#open.delete(this.#sources[index] as Source)
  }

  #arguments(items: Arguments): Arguments {
    if (!this.#spread) return items
    const position = this.#position++
    const [item] = items
    if (Array.isArray(item)) return item
    throw new TypeError(
      `${this.#where} with spread: item ${position} must be an array of arguments, got ${describeValue(item)}`,
    )
  }
}

function openSources(where: string, inputs: readonly unknown[]): Source[] {
  const sources: Source[] = []
  try {
    for (const input of inputs) {
      const opened = openInput<unknown>(where, 'items', input)
      const isAsync = 'async' in opened
      sources.push({ iterator: isAsync ? opened.async : opened.sync, isAsync })
    }
  } catch (error) {
    closeAll(sources).catch(() => {}) // the error of the one that could not be opened counts
    throw error
  }
  return sources
}

async function closeAll(sources: readonly Source[]): Promise<void> {
  await Promise.all(sources.map(async ({ iterator }) => iterator.return?.()))
}
