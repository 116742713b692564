import { AsyncLocalStorage } from 'node:async_hooks'
import { CallSite } from '@manyhands/base'
import { CallEvents } from './events.ts'
import { withInitializer } from './initializer.ts'
import type { ParallelOptions } from './options.ts'
import { showProgress } from './progress/show-progress.ts'
import { Call, type CallPlan } from './scheduler/call.ts'
import { openSource } from './scheduler/open-source.ts'
import { Collector } from './scheduler/output.ts'
import { ResultStream } from './scheduler/result-stream.ts'
import type { Work } from './scheduler/work.ts'
import { readSettings } from './settings.ts'

type Input<T> = Iterable<T> | AsyncIterable<T>

/**
 * Runs all of `input` and collects the results in its order.
 *
 * @throws TypeError or RangeError at the call, for bad options or an input that is not iterable
 */
export function runToArray<T>(
  where: string,
  work: Work<T>,
  input: Input<T>,
  options: ParallelOptions,
): Promise<unknown[]> {
  const settings = readSettings(where, options)
  const source = openSource(where, work.what, input)
  const output = new Collector(source.total)
  begin({ settings, source, work, output, callSite: new CallSite(runToArray) })
  return output.promise
}

/**
 * Runs all of `input`; the stream yields results in its order, or as they come.
 *
 * @throws as {@link runToArray}
 */
export function runToStream<T, R>(
  where: string,
  work: Work<T>,
  input: Input<T>,
  options: ParallelOptions,
  ordered: boolean,
): ResultStream<R> {
  const settings = readSettings(where, options)
  const source = openSource(where, work.what, input)
  const stream = new ResultStream<R>(ordered)
  const call = begin({ settings, source, work, output: stream, callSite: new CallSite(runToStream) })
  stream.leave = () => call.leave()
  return stream
}

function begin<T>(plan: Omit<CallPlan<T>, 'context' | 'events'>): Call<T> {
  const { settings, work } = plan
  const context = AsyncLocalStorage.snapshot()
  const listener = settings.progress === undefined ? undefined : showProgress(settings.progress, context)
  const { initializer } = settings
  const prepared = initializer === undefined ? work : withInitializer(work, initializer)
  const call = new Call({ ...plan, work: prepared, context, events: new CallEvents(listener) })
  call.start()
  return call
}
