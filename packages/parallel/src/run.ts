import { AsyncLocalStorage } from 'node:async_hooks'
import { CallSite } from '@manyhands/base'
import { CallEvents } from './events.ts'
import { withInitializer } from './initializer.ts'
import type { AnyOptions } from './options.ts'
import { showProgress } from './progress/show-progress.ts'
import { seededWork } from './random/seeded-work.ts'
import { Call, type CallPlan } from './scheduler/call.ts'
import { openSource } from './scheduler/open-source.ts'
import { Collector, type Results } from './scheduler/output.ts'
import { ResultStream } from './scheduler/result-stream.ts'
import { SettledOutput } from './scheduler/settled-output.ts'
import type { Work } from './scheduler/work.ts'
import { readSettings } from './settings.ts'
import type { WorkerScope } from './worker-scope.ts'

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
  options: AnyOptions,
  scope?: WorkerScope,
): Promise<unknown[]> {
  const settings = readSettings(where, options, scope)
  const source = openSource(where, work.what, input)
  const results = new Collector(source.total)
  begin({ settings, source, work, results, callSite: new CallSite(runToArray) })
  return results.promise
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
  options: AnyOptions,
  ordered: boolean,
  scope?: WorkerScope,
): ResultStream<R> {
  const settings = readSettings(where, options, scope)
  const source = openSource(where, work.what, input)
  const stream = new ResultStream<R>(ordered)
  const call = begin({ settings, source, work, results: stream, callSite: new CallSite(runToStream) })
  stream.leave = () => call.leave()
  return stream
}

function begin<T>(plan: Omit<CallPlan<T>, 'context' | 'events' | 'output'> & { readonly results: Results }): Call<T> {
  const { settings, source, results } = plan
  const { progress, initializer, seed, rule, onResult, onProgress } = settings
  const context = AsyncLocalStorage.snapshot()
  const events = new CallEvents(progress === undefined ? undefined : showProgress(progress, context))
  let { work } = plan
  if (seed !== undefined) work = seededWork(work, seed)
  if (initializer !== undefined) work = withInitializer(work, initializer)
  const total = progress?.total ?? source.total
  const isPlain = rule === undefined && onResult === undefined && onProgress === undefined
  const output = isPlain ? results : new SettledOutput(results, { rule, onResult, onProgress, total, context })
  const call = new Call({ ...plan, work, output, context, events })
  call.start()
  return call
}
