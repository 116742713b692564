import { expectTypeOf, test } from 'vitest'
import {
  delayed,
  type Indexed,
  type Outcome,
  Parallel,
  type ParallelBackend,
  parallelConfig,
  parallelMap,
  type ParallelOptions,
  remote,
  type ResultStream,
  type ScopedParallel,
  type Task,
} from '../src/index.ts'

declare function fit(rows: Float64Array, fold: number): { fold: number; score: number }
declare function countWords(path: string): Promise<number>
declare function shrink(path: string, size?: number): Promise<Uint8Array>
declare const X: Float64Array

test('delayed keeps the parameters and unwraps the result', () => {
  expectTypeOf(delayed(fit)).toEqualTypeOf<
    (rows: Float64Array, fold: number) => Task<{ fold: number; score: number }>
  >()
  expectTypeOf(delayed(countWords)('a')).toEqualTypeOf<Task<number>>()
  expectTypeOf(delayed(shrink)('a')).toEqualTypeOf<Task<Uint8Array>>()
  expectTypeOf(delayed(() => {})()).toEqualTypeOf<Task<void>>()
})

test('wrong arguments do not compile', () => {
  // @ts-expect-error the size is a number
  delayed(shrink)('a', '64')
  // @ts-expect-error an argument is missing
  delayed(fit)(X)
  // @ts-expect-error there is one too many
  delayed(countWords)('a', 1)
  // @ts-expect-error not a function
  void (() => delayed('fit'))
})

test('delayed keeps type parameters', () => {
  const identity = <T>(value: T): T => value
  expectTypeOf(delayed(identity)('text')).toEqualTypeOf<Task<string>>()
})

test('a task does nothing by itself, and is no promise', () => {
  expectTypeOf<Task<number>>().not.toExtend<PromiseLike<number>>()
})

test('arrays, sets and generators give arrays', () => {
  const parallel = Parallel({ jobs: 2 })
  expectTypeOf(parallel([0, 1].map(f => delayed(fit)(X, f)))).toEqualTypeOf<
    Promise<{ fold: number; score: number }[]>
  >()
  expectTypeOf(parallel(new Set([delayed(countWords)('a')]))).toEqualTypeOf<Promise<number[]>>()
  function* tasks() {
    for (const path of ['a', 'b']) yield delayed(countWords)(path)
  }
  expectTypeOf(parallel(tasks())).toEqualTypeOf<Promise<number[]>>()
  async function* asyncTasks() {
    yield delayed(countWords)('a')
    yield delayed(shrink)('a', 64)
  }
  expectTypeOf(parallel(asyncTasks())).toEqualTypeOf<Promise<(number | Uint8Array)[]>>()
})

test('tuples give tuples', () => {
  expectTypeOf(Parallel()([delayed(countWords)('a'), delayed(shrink)('a', 64)])).toEqualTypeOf<
    Promise<[number, Uint8Array]>
  >()
  const fixed = [delayed(countWords)('a'), delayed(shrink)('a')] as const
  expectTypeOf(Parallel()(fixed)).toEqualTypeOf<Promise<[number, Uint8Array]>>()
  expectTypeOf(Parallel()([])).toEqualTypeOf<Promise<[]>>()
})

test('what is not a task does not compile', () => {
  // @ts-expect-error the call was made, not delayed
  void (() => Parallel()([countWords('a')]))
  // @ts-expect-error the arguments are missing
  void (() => Parallel()([delayed(countWords)]))
})

test('streams yield values, or values with their positions', () => {
  const tasks = [delayed(countWords)('a')]
  expectTypeOf(new Parallel().stream(tasks)).toEqualTypeOf<ResultStream<number>>()
  expectTypeOf(new Parallel().stream(tasks, { ordered: true })).toEqualTypeOf<ResultStream<number>>()
  expectTypeOf(Parallel().stream(tasks, { ordered: false })).toEqualTypeOf<ResultStream<Indexed<number>>>()
  expectTypeOf<ResultStream<number>>().toExtend<AsyncIterableIterator<number> & AsyncDisposable>()
})

test('parallelMap infers item and result', () => {
  expectTypeOf(parallelMap([1, 2], x => String(x))).toEqualTypeOf<Promise<string[]>>()
  expectTypeOf(parallelMap(['a'], countWords, { progress: 'words' })).toEqualTypeOf<Promise<number[]>>()
  expectTypeOf(parallelMap(new Float64Array(3), async (x, index) => x * index)).toEqualTypeOf<Promise<number[]>>()
  // @ts-expect-error the items are numbers
  void (() => parallelMap([1], countWords))
})

test('with onError collect the results are outcomes, of which ok tells the two apart', async () => {
  const collecting = Parallel({ onError: 'collect', jobs: 2 })
  const tasks = [delayed(countWords)('a')]
  expectTypeOf(collecting(tasks)).toEqualTypeOf<Promise<Outcome<number>[]>>()
  expectTypeOf(collecting([delayed(countWords)('a'), delayed(shrink)('a')])).toEqualTypeOf<
    Promise<[Outcome<number>, Outcome<Uint8Array>]>
  >()
  expectTypeOf(collecting.stream(tasks)).toEqualTypeOf<ResultStream<Outcome<number>>>()
  expectTypeOf(collecting.stream(tasks, { ordered: false })).toEqualTypeOf<ResultStream<Indexed<Outcome<number>>>>()
  const map = () => parallelMap([1], x => String(x), { onError: 'collect' })
  expectTypeOf(map).returns.toEqualTypeOf<Promise<Outcome<string>[]>>()
  const look = ({ ok, value, error }: Outcome<string>) => {
    if (ok) expectTypeOf(value).toEqualTypeOf<string>()
    else expectTypeOf(error).toEqualTypeOf<unknown>()
    // @ts-expect-error it may have failed
    value.toUpperCase()
  }
  expectTypeOf(look).toBeFunction()
})

test('with onError throw and defer they are what tasks return', () => {
  const tasks = [delayed(countWords)('a')]
  expectTypeOf(Parallel({ onError: 'throw' })(tasks)).toEqualTypeOf<Promise<number[]>>()
  expectTypeOf(Parallel({ onError: 'defer' })(tasks)).toEqualTypeOf<Promise<number[]>>()
  const either = Math.random() < 0.5 ? 'throw' : 'collect'
  expectTypeOf(Parallel({ onError: either })(tasks)).toEqualTypeOf<Promise<(number | Outcome<number>)[]>>()
})

test('a variable of the type ParallelOptions changes no results', () => {
  const options: ParallelOptions = { jobs: 2, onError: 'defer' }
  expectTypeOf(Parallel(options)([delayed(countWords)('a')])).toEqualTypeOf<Promise<[number]>>()
  expectTypeOf(parallelMap([1], x => x, options)).toEqualTypeOf<Promise<number[]>>()
  const collecting: ParallelOptions<'collect'> = { onError: 'collect' }
  expectTypeOf(parallelMap([1], x => x, collecting)).toEqualTypeOf<Promise<Outcome<number>[]>>()
  // @ts-expect-error it would
  const wrong: ParallelOptions = { onError: 'collect' }
  expectTypeOf(wrong).toExtend<object>()
})

test('what a fallback returns is among the results', () => {
  expectTypeOf(parallelMap([1], x => String(x), { fallback: () => undefined })).toEqualTypeOf<
    Promise<(string | undefined)[]>
  >()
  expectTypeOf(Parallel({ fallback: async (_, index) => index })([delayed(shrink)('a')])).toEqualTypeOf<
    Promise<[Uint8Array | number]>
  >()
})

test('onResult of parallelMap receives what stands in the results', () => {
  void (() =>
    parallelMap([1], x => String(x), {
      onResult(value, index) {
        expectTypeOf(value).toEqualTypeOf<string>()
        expectTypeOf(index).toEqualTypeOf<number>()
      },
    }))
  void (() =>
    parallelMap([1], x => String(x), {
      onError: 'collect',
      onResult(outcome) {
        expectTypeOf(outcome).toEqualTypeOf<Outcome<string>>()
      },
    }))
})

test('only a scope can be disposed of', () => {
  expectTypeOf(Parallel({ reuse: 'scope' })).toEqualTypeOf<ScopedParallel>()
  expectTypeOf(new Parallel({ reuse: 'scope', onError: 'collect' })).toEqualTypeOf<ScopedParallel<'collect'>>()
  expectTypeOf(Parallel({ jobs: 2 })).not.toExtend<AsyncDisposable>()
})

test('parallelConfig does not set what decides about results', () => {
  // @ts-expect-error it belongs to one call
  void (() => parallelConfig({ onError: 'collect' }, () => 5))
  // @ts-expect-error as does this
  void (() => parallelConfig({ seed: 5 }, () => 5))
})

test('parallelConfig returns what its function returns', () => {
  expectTypeOf(parallelConfig({ jobs: 2 }, () => 5)).toEqualTypeOf<number>()
  expectTypeOf(parallelConfig({ jobs: 2 }, async () => 5)).toEqualTypeOf<Promise<number>>()
})

test('options are checked', () => {
  Parallel({ jobs: '50%', backend: 'async', preDispatch: { perJob: 1 }, batchSize: 'auto' })
  expectTypeOf<ParallelBackend>().toExtend<NonNullable<NonNullable<Parameters<typeof Parallel>[0]>['backend']>>()
  // @ts-expect-error no backend has this name
  void (() => Parallel({ backend: 'thread' }))
  // @ts-expect-error a number or a share
  void (() => Parallel({ jobs: 'half' }))
  // @ts-expect-error the unit is in the name: timeoutMs
  void (() => Parallel({ timeout: 5 }))
})

test('remote is re-exported, and what it names can be delayed', () => {
  const add = remote<typeof import('./tasks/arithmetic.ts'), 'add'>(
    new URL('./tasks/arithmetic.ts', import.meta.url),
    'add',
  )
  expectTypeOf(delayed(add)(1, 2)).toEqualTypeOf<Task<number>>()
})
