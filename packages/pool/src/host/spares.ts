import { pathToFileURL } from 'node:url'
import {
  checkOptionNames,
  describeValue,
  InvalidStateError,
  requireOf,
  slot,
  markOwn,
  setTimeout,
  Promise,
} from '@manyhands/base'
import { pack } from '@manyhands/closure'
import { poolOrigin } from '../entry-url.ts'
import { ProcessChannel } from './process-channel.ts'

/** Processes that wait for orders. More: more can start at once without a wait; each holds 40 MB and more. */
const SPARES = 2
/**
 * How long after one was taken the next is started. Longer: it is missed by a start that follows; shorter: it takes
 * processor time from the one that was taken.
 */
const REFILL_MS = 30
/** Spares that may end in a row before they were ready: then there are no more of them. */
const MAX_FAILURES = 3

export interface PreloadOptions {
  /**
   * What happens when a module cannot be imported: nothing, a word on stderr, or the end of the process with code 1.
   * @default 'warn'
   */
  readonly onError?: 'ignore' | 'warn' | 'fail' | undefined
}

interface Preload {
  readonly modules: readonly string[]
  readonly onError: 'ignore' | 'warn' | 'fail'
}

interface Spares {
  preload: Preload
  readonly channels: Set<ProcessChannel>
  /** Whether any was asked for. */
  begun: boolean
  failures: number
  timer: NodeJS.Timeout | undefined
  /** Called when one is prepared, or gone. */
  readonly waiting: Set<() => void>
}

const state = (): Spares =>
  slot('pool.spares', () => ({
    preload: { modules: [], onError: 'warn' },
    channels: new Set(),
    begun: false,
    failures: 0,
    timer: undefined,
    waiting: new Set(),
  }))

export function preload(): Preload {
  return state().preload
}

/**
 * Says which modules the processes of the start method `forkserver` import before they have something to do: what they
 * then import is there.
 *
 * @param modules - absolute URLs, or names as `require` finds them from the working directory
 * @throws InvalidStateError once such a process was started: it would not know of them
 * @throws TypeError for what is no list, and the error of `require.resolve` for a name that is not found
 */
export function setPreload(modules: readonly (string | URL)[], options: PreloadOptions = {}): void {
  checkOptionNames('setPreload', options, ['onError'], { on_error: 'onError' })
  const { onError = 'warn' } = options
  if (!['ignore', 'warn', 'fail'].includes(onError)) {
    throw new TypeError(`onError must be 'ignore', 'warn' or 'fail', got ${describeValue(onError)}`)
  }
  if (!Array.isArray(modules)) {
    throw new TypeError(`setPreload takes an array of modules, got ${describeValue(modules)}`)
  }
  const urls = modules.map(moduleUrl)
  const spares = state()
  if (spares.begun) {
    throw new InvalidStateError(
      'setPreload comes too late: processes were started by the method `forkserver` before. Call it before the ' +
        'first is',
    )
  }
  spares.preload = { modules: urls, onError }
}

function moduleUrl(module: unknown): string {
  if (module instanceof URL) return module.href
  if (typeof module !== 'string') {
    throw new TypeError(`a module to preload must be a URL or a name, got ${describeValue(module)}`)
  }
  if (/^(file|node|data):/.test(module)) return module
  const found = requireOf().resolve(module)
  return found.startsWith('/') || /^[A-Za-z]:/.test(found)
    ? pathToFileURL(found).href
    : `node:${found.replace(/^node:/, '')}`
}

/** A process that waits for orders, one that is prepared if there is one. Others are started in its place. */
export function takeSpare(): ProcessChannel | undefined {
  const spares = state()
  spares.begun = true
  const channels = [...spares.channels].filter(channel => channel.open)
  const spare = channels.find(channel => channel.prepared) ?? channels[0]
  if (spare !== undefined) spares.channels.delete(spare)
  refill(spares)
  return spare
}

/**
 * Starts the spare processes of the start method `forkserver` now, instead of with the first that is asked for.
 *
 * @returns resolves when they wait for orders
 */
export async function warmUp(): Promise<void> {
  const spares = state()
  spares.begun = true
  fill(spares)
  const done = (): boolean => [...spares.channels].every(channel => channel.prepared)
  if (done()) return
  for (const channel of spares.channels) channel.ref()
  await new Promise<void>(resolve => {
    const check = (): void => {
      if (!done()) return
      spares.waiting.delete(check)
      resolve()
    }
    spares.waiting.add(check)
  })
  for (const channel of spares.channels) channel.unref()
}

function fill(spares: Spares): void {
  while (spares.channels.size < SPARES && spares.failures < MAX_FAILURES) {
    const spare: ProcessChannel = new ProcessChannel(
      { resourceLimits: undefined },
      {
        onMessage() {},
        onExit() {
          spares.channels.delete(spare)
          spares.failures = spare.prepared ? 0 : spares.failures + 1
          notify(spares)
          refill(spares)
        },
      },
      () => {
        spares.failures = 0
        notify(spares)
      },
    )
    spares.channels.add(spare)
    const { modules, onError } = spares.preload
    spare.prepare(modules, onError, rehearsal())
  }
}

/** A function to be revived; undefined where ours cannot be packed, because a tool has put something into its code. */
function rehearsal(): unknown {
  try {
    return pack(() => {}, { across: 'processes' })
  } catch {
    return undefined
  }
}

function refill(spares: Spares): void {
  spares.timer ??= setTimeout(() => {
    spares.timer = undefined
    fill(spares)
  }, REFILL_MS).unref()
}

function notify(spares: Spares): void {
  for (const check of spares.waiting) check()
}

markOwn(setPreload, () => poolOrigin('setPreload'))
markOwn(warmUp, () => poolOrigin('warmUp'))
