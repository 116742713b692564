import { isThenable, warnOf, clearInterval, setInterval, clock, Promise } from '@manyhands/base'
import type { ParallelEvent } from '../events.ts'
import { BarRenderer } from './bar-renderer.ts'
import { LinesRenderer } from './lines-renderer.ts'
import type { ProgressOptions, ProgressRenderer } from './progress-options.ts'
import { ProgressState } from './progress-state.ts'

/** How often renderers are called. */
const TICK_MS = 100
/** Calls that are over sooner show nothing. */
const DELAY_MS = 300

/**
 * Shows the progress of one call. `MANYHANDS_PROGRESS` (`auto`, `bar`, `lines`, `off`) overrules the renderer of the
 * options, unless that is an object.
 *
 * @param context - runs a function in the async context of the caller
 * @returns takes the events of the call; undefined when there is nothing to show
 */
export function showProgress(
  options: ProgressOptions,
  context: (fn: () => void) => void,
): ((event: ParallelEvent) => void) | undefined {
  const custom = typeof options.renderer === 'object' ? options.renderer : undefined
  const renderer = custom ?? builtIn(options)
  if (renderer === undefined) return undefined
  const state = new ProgressState(options)
  let timer: NodeJS.Timeout | undefined
  let broken = false
  /** An async renderer is not called before it is done; then once for all that it has missed. */
  let busy = false
  let missed = false
  const fail = (error: unknown): void => {
    broken = true
    warnOf(error)
  }
  const update = (): void => {
    if (broken || (custom === undefined && state.elapsedMs < DELAY_MS)) return
    missed = busy
    if (busy) return
    try {
      context(() => {
        const drawn: unknown = renderer.update(state)
        if (!isThenable(drawn)) return
        busy = true
        Promise.resolve(drawn)
          .catch(fail)
          .finally(() => {
            busy = false
            if (missed) update()
          })
      })
    } catch (error) {
      fail(error)
    }
  }
  const tick = (): void => {
    state.tick(clock())
    update()
  }
  return event => {
    state.apply(event)
    if (event.type === 'call-start') {
      timer = setInterval(tick, TICK_MS).unref()
      update()
    } else if (event.type === 'call-stop') {
      clearInterval(timer)
      update()
    }
  }
}

function builtIn(options: ProgressOptions): ProgressRenderer | undefined {
  const { stream = process.stderr, workers = false, leave = true } = options
  const name = demandedRenderer() ?? options.renderer ?? 'auto'
  if (name === 'silent' || name === 'off') return undefined
  if (name === 'lines' || stream.isTTY !== true || process.env['TERM'] === 'dumb') return new LinesRenderer(stream)
  return new BarRenderer({ stream, workers, leave })
}

/** The renderer that the environment demands; undefined when the options decide. */
function demandedRenderer(): 'bar' | 'lines' | 'off' | undefined {
  const value = process.env['MANYHANDS_PROGRESS']
  if (value === 'bar' || value === 'lines' || value === 'off') return value
  if (value !== undefined && value !== '' && value !== 'auto') {
    process.emitWarning(`MANYHANDS_PROGRESS must be auto, bar, lines or off, got ${JSON.stringify(value)}`, {
      type: 'ManyhandsWarning',
      code: 'MANYHANDS_PROGRESS',
    })
  }
  return undefined
}
