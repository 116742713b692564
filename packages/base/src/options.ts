import { Promise } from './intrinsics.ts'
import { LONGEST_TIMER_MS } from './limits.ts'
import { isThenable } from './thenable.ts'

/**
 * Validation of options for the packages of manyhands: every mistake is a TypeError or RangeError that names the
 * option, the value and the allowed values.
 * @packageDocumentation
 */

/** Maps option names of other libraries to ours. */
export type KnownMistakes = Readonly<Record<string, string>>

/**
 * Rejects unknown names in an options object.
 *
 * @throws TypeError naming the unknown option and the nearest known one
 */
export function checkOptionNames(
  where: string,
  options: object,
  known: readonly string[],
  mistakes: KnownMistakes = {},
): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options) || isThenable(options)) {
    throw new TypeError(`${where} takes an options object, got ${describeValue(options)}`)
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new TypeError(`${where} has no option \`${name}\`${suggestion(name, known, mistakes)}`)
  }
}

/** `; did you mean …?` for the nearest known name, else the list of all names. */
export function suggestion(name: string, known: readonly string[], mistakes: KnownMistakes = {}): string {
  const mistake = Object.hasOwn(mistakes, name) ? mistakes[name] : undefined
  if (mistake !== undefined) return `; did you mean \`${mistake}\`?`
  let nearest: string | undefined
  let least = Infinity
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) [nearest, least] = [candidate, distance]
  }
  return nearest !== undefined && least <= Math.max(2, nearest.length / 3)
    ? `; did you mean \`${nearest}\`?`
    : `; known: ${known.join(', ')}`
}

/**
 * @param options.negative - for waits: a negative time has already passed, like the time left until a deadline may have
 * @throws RangeError or TypeError unless `value` is undefined or a number of milliseconds > 0 that a timer can hold
 * (Infinity means no limit)
 */
export function checkDuration(
  name: string,
  value: unknown,
  { zero = false, negative = false }: { readonly zero?: boolean; readonly negative?: boolean } = {},
): void {
  if (value === undefined) return
  const bound = negative ? '' : zero ? ' >= 0' : ' > 0'
  const allowed = `${name} must be a number of milliseconds${bound}, got ${describeValue(value)}`
  if (typeof value !== 'number') throw new TypeError(allowed)
  if (Number.isNaN(value)) throw new RangeError(allowed)
  if (negative) return checkLongest(name, value)
  if (value < 0 || (!zero && value === 0)) throw new RangeError(allowed)
  checkLongest(name, value)
}

function checkLongest(name: string, value: number): void {
  if (value > LONGEST_TIMER_MS && value !== Infinity) {
    throw new RangeError(
      `${name} must be at most ${LONGEST_TIMER_MS} milliseconds, or Infinity for no limit, got ${value}`,
    )
  }
}

/** @throws RangeError or TypeError unless `value` is undefined or an integer >= `least` */
export function checkInteger(name: string, value: unknown, least: number): void {
  if (value === undefined) return
  const allowed = `${name} must be an integer >= ${least}, got ${describeValue(value)}`
  if (typeof value !== 'number') throw new TypeError(allowed)
  if (!Number.isInteger(value) || value < least) throw new RangeError(allowed)
}

/** @throws TypeError unless `value` is undefined or an AbortSignal */
export function checkSignal(name: string, value: unknown): void {
  if (value === undefined || value instanceof AbortSignal) return
  throw new TypeError(`${name} must be an AbortSignal, got ${describeValue(value)}`)
}

/**
 * @param cure - what to write instead, where the mistake is known
 * @throws TypeError unless `value` is a function
 */
export function checkFunction(
  name: string,
  value: unknown,
  cure?: string,
): asserts value is (...args: never[]) => unknown {
  if (typeof value === 'function') return
  throw new TypeError(`${name} must be a function, got ${describeValue(value)}${cure === undefined ? '' : `: ${cure}`}`)
}

/**
 * For the constructor of a class whose objects are made by functions.
 * @throws TypeError naming them
 */
export function refuseNew(className: string, instead: string): never {
  throw new TypeError(`\`new ${className}\` is not for programs: write ${instead}`)
}

/**
 * A value for an error message: short, on one line, never throwing. It mentions what is often not noticed: a missing
 * `await`, a Proxy, a buffer that was transferred.
 */
export function describeValue(value: unknown): string {
  if ((typeof value === 'object' || typeof value === 'function') && isProxy(value)) return 'a Proxy'
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
    case 'bigint':
      return `${value}n`
    case 'symbol':
      return String(value)
    case 'function':
      return `function ${value.name || '(anonymous)'}`
    case 'object': {
      if (value === null) return 'null'
      if (Array.isArray(value)) return `an array of ${value.length}`
      if (value instanceof Promise) return `a ${value[Symbol.toStringTag]} (is an \`await\` missing?)`
      const prototype: unknown = Object.getPrototypeOf(value)
      const maker: unknown = prototype === null ? undefined : (prototype as { constructor?: unknown }).constructor
      return typeof maker === 'function' && maker !== Object && maker.name !== ''
        ? `an instance of ${maker.name}${isDetached(value) ? DETACHED : ''}`
        : 'an object'
    }
    default:
      return String(value)
  }
}

const DETACHED = ' whose buffer is detached (it was transferred or closed)'

/** True for a view or a buffer whose memory was transferred or closed: it looks like an empty one. */
export function isDetached(value: object): boolean {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value
  return buffer instanceof ArrayBuffer && buffer.detached
}

function isProxy(value: unknown): boolean {
  return process.getBuiltinModule('node:util').types.isProxy(value)
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
