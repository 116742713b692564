import { checkInteger, checkOptionNames, describeValue } from '@manyhands/base'
import type { ProgressState, ProgressSubject } from './progress-state.ts'

/** Shows progress; write one to show it your own way. */
export interface ProgressRenderer {
  /**
   * Called when a call starts, then every 100 ms, and once more at the end (`state.outcome` is set then). The state is
   * the same object each time. It may be async: it is not called again before it is done, and the call does not wait
   * for it. What it throws or rejects with becomes a process warning, and it is not called again.
   */
  update(state: ProgressState): void | Promise<void>
}

/** `bar` is drawn where the stream is a terminal, and is `lines` elsewhere; `auto` is `bar`. */
export type RendererName = 'auto' | 'bar' | 'lines' | 'silent'

export interface ProgressOptions extends ProgressSubject {
  /** Where to draw. @default process.stderr */
  readonly stream?: NodeJS.WriteStream | ProgressStream | undefined
  /** @default 'auto' */
  readonly renderer?: RendererName | ProgressRenderer | undefined
  /** A row per worker below the bar: its tasks, how busy it is. @default false */
  readonly workers?: boolean | undefined
  /** Keep the last state of the bar on the screen. @default true */
  readonly leave?: boolean | undefined
}

/** The part of a stream that progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
  write(text: string): unknown
}

/** `true`: show it; a string: with this description. */
export type Progress = boolean | string | ProgressOptions

const names = ['desc', 'unit', 'total', 'stream', 'renderer', 'workers', 'leave'] as const
const renderers: readonly unknown[] = ['auto', 'bar', 'lines', 'silent']

/** @throws TypeError or RangeError naming the option */
export function checkProgress(progress: Progress | undefined): void {
  if (progress === undefined || typeof progress === 'boolean' || typeof progress === 'string') return
  if (typeof progress !== 'object') {
    throw new TypeError(
      `progress must be a boolean, a description or an options object, got ${describeValue(progress)}`,
    )
  }
  checkOptionNames('progress', progress, names, { description: 'desc', label: 'desc', title: 'desc' })
  const { desc, unit, total, stream, renderer, workers, leave } = progress
  for (const [name, value] of Object.entries({ desc, unit })) {
    if (value !== undefined && typeof value !== 'string') {
      throw new TypeError(`progress.${name} must be a string, got ${describeValue(value)}`)
    }
  }
  for (const [name, value] of Object.entries({ workers, leave })) {
    if (value !== undefined && typeof value !== 'boolean') {
      throw new TypeError(`progress.${name} must be a boolean, got ${describeValue(value)}`)
    }
  }
  checkInteger('progress.total', total, 0)
  if (stream !== undefined && typeof stream?.write !== 'function') {
    throw new TypeError(`progress.stream must be a writable stream, got ${describeValue(stream)}`)
  }
  if (renderer === undefined || renderers.includes(renderer)) return
  if (typeof renderer === 'object' && renderer !== null && typeof renderer.update === 'function') return
  const allowed = "'auto', 'bar', 'lines', 'silent' or an object with update(state)"
  throw new TypeError(`progress.renderer must be ${allowed}, got ${describeValue(renderer)}`)
}

/** The long form of the option; undefined when there is nothing to show. */
export function progressOptions(progress: Progress | undefined): ProgressOptions | undefined {
  if (progress === undefined || progress === false) return undefined
  if (progress === true) return {}
  return typeof progress === 'string' ? { desc: progress } : progress
}
