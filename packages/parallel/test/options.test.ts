import { describe, expect, test } from 'vitest'
import { delayed, Parallel, parallelConfig, parallelMap, type ParallelOptions, registerBackend } from '../src/index.ts'
import { type Jobs, resolveJobs } from '../src/jobs.ts'
import { ManualBackend } from './support/manual-backend.ts'

const bad = (options: object) => () => Parallel(options)

describe('jobs', () => {
  test.each<[Jobs, number]>([
    [3, 3],
    [100, 100],
    [-1, 8],
    [-2, 7],
    [-8, 1],
    [-100, 1],
    ['50%', 4],
    ['100%', 8],
    ['200%', 16],
    ['12.5%', 1],
    ['1%', 1],
  ])('%s of 8 are %i', (jobs, expected) => {
    expect(resolveJobs(jobs, 8)).toBe(expected)
  })

  test.each([0, 0.5, 2.3, Number.NaN, Infinity, '0%'])('J15 %s is out of range', jobs => {
    expect(bad({ jobs })).toThrow(RangeError)
    expect(bad({ jobs })).toThrow(
      /^jobs must be an integer other than 0 \(-1 is all, -2 all but one\) or a share of all such as '50%', got /,
    )
  })

  test.each(['2', '2.3', 'x', '', '%', '-50%', null, {}, 2n])('J15 %s is no number of jobs', jobs => {
    expect(bad({ jobs })).toThrow(TypeError)
  })
})

describe('unknown names answer with the nearest known one', () => {
  test.each([
    ['n_jobs', 'jobs'],
    ['nJobs', 'jobs'],
    ['concurrency', 'jobs'],
    ['maxThreads', 'jobs'],
    ['timeout', 'timeoutMs'],
    ['bachSize', 'batchSize'],
    ['preDispach', 'preDispatch'],
    ['verbose', 'progress'],
    ['exception_behaviour', 'onError'],
    ['onerror', 'onError'],
    ['callback', 'onResult'],
    ['random_state', 'seed'],
    ['re_use', 'reuse'],
    ['onProgres', 'onProgress'],
    ['fallBack', 'fallback'],
  ])('%s: did you mean %s', (name, meant) => {
    expect(bad({ [name]: 1 })).toThrow(new TypeError(`Parallel has no option \`${name}\`; did you mean \`${meant}\`?`))
  })

  test.each([
    ['return_as', 'write Parallel(options).stream(tasks, { ordered })'],
    [
      'inner_max_num_threads',
      'set OMP_NUM_THREADS and the like in the option `env` of an executor, see executorBackend',
    ],
    ['max_nbytes', 'put large arrays into a SharedArray'],
    ['argument_type', 'pass a function that takes the item apart, or write delayed(fn)(...item)'],
  ])('J46 %s is something else here: what to write', (name, cure) => {
    expect(bad({ [name]: 1 })).toThrow(new TypeError(`Parallel has no option \`${name}\`: ${cure}`))
  })

  test('J44 in parallelMap and parallelConfig as well, at the call', () => {
    expect(() => void parallelMap([], x => x, { nJobs: 1 } as ParallelOptions)).toThrow(
      'parallelMap has no option `nJobs`; did you mean `jobs`?',
    )
    expect(() => parallelConfig({ nJobs: 1 } as ParallelOptions, () => {})).toThrow(
      'parallelConfig has no option `nJobs`; did you mean `jobs`?',
    )
  })

  test.each([
    ['thread', 'threads'],
    ['loky', 'processes'],
    ['sequential', 'inline'],
    ['asnyc', 'async'],
  ])('J14 backend %s: did you mean %s', (backend, meant) => {
    expect(bad({ backend })).toThrow(new TypeError(`there is no backend \`${backend}\`; did you mean \`${meant}\`?`))
  })

  test('a backend like none is answered with all', () => {
    expect(bad({ backend: 'kubernetes' })).toThrow(
      'there is no backend `kubernetes`; known: threads, processes, inline, async',
    )
  })
})

describe('values that make no sense are named', () => {
  test.each<[object, typeof TypeError, string]>([
    [
      { backend: 5 },
      TypeError,
      'backend must be the name of a backend or an object with effectiveJobs, startCall, terminate, got 5',
    ],
    [{ batchSize: 0 }, RangeError, "batchSize must be an integer >= 1 or 'auto', got 0"],
    [{ batchSize: -1 }, RangeError, "batchSize must be an integer >= 1 or 'auto', got -1"],
    [{ batchSize: 1.42 }, RangeError, "batchSize must be an integer >= 1 or 'auto', got 1.42"],
    [{ batchSize: 'big' }, TypeError, 'batchSize must be an integer >= 1 or \'auto\', got "big"'],
    [{ preDispatch: 0 }, RangeError, "preDispatch must be an integer >= 1, 'all' or { perJob: number > 0 }, got 0"],
    [
      { preDispatch: '2*jobs' },
      TypeError,
      'preDispatch must be an integer >= 1, \'all\' or { perJob: number > 0 }, got "2*jobs"',
    ],
    [
      { preDispatch: { perJob: 0 } },
      RangeError,
      "preDispatch must be an integer >= 1, 'all' or { perJob: number > 0 }, got perJob: 0",
    ],
    [{ preDispatch: { perWorker: 1 } }, TypeError, 'preDispatch has no option `perWorker`; did you mean `perJob`?'],
    [{ timeoutMs: 0 }, RangeError, 'timeoutMs must be a number of milliseconds > 0, got 0'],
    [{ timeoutMs: '1s' }, TypeError, 'timeoutMs must be a number of milliseconds > 0, got "1s"'],
    [{ signal: {} }, TypeError, 'signal must be an AbortSignal, got an object'],
    [{ retries: -1 }, RangeError, 'retries must be an integer >= 0, got -1'],
    [{ retryDelayMs: -1 }, RangeError, 'retryDelayMs must be a number of milliseconds >= 0, got -1'],
    [{ require: 'sharedmem' }, TypeError, 'require must be \'shared-memory\', got "sharedmem"'],
    [{ onError: 'ignore' }, TypeError, `onError must be one of 'throw', 'collect', 'defer', got "ignore"`],
    [{ onError: true }, TypeError, "onError must be one of 'throw', 'collect', 'defer', got true"],
    [{ fallback: 0 }, TypeError, 'fallback must be a function, got 0'],
    [
      { fallback: () => 0, onError: 'collect' },
      TypeError,
      "fallback and onError: 'collect' contradict each other: a fallback leaves no error to collect. Leave one",
    ],
    [
      { fallback: () => 0, onError: 'defer' },
      TypeError,
      "fallback and onError: 'defer' contradict each other: a fallback leaves no error to defer. Leave one of them out",
    ],
    [{ onResult: [] }, TypeError, 'onResult must be a function, got an array of 0'],
    [{ onProgress: true }, TypeError, 'onProgress must be a function, got true'],
    [{ reuse: true }, TypeError, "reuse must be one of 'process', 'scope', got true"],
    [{ seed: '1' }, TypeError, 'seed must be a safe integer or a bigint, got "1"'],
    [{ seed: 0.5 }, RangeError, 'seed must be a safe integer or a bigint, got 0.5'],
    [{ seed: 2 ** 60 }, RangeError, 'seed must be a safe integer or a bigint, got 1152921504606847000'],
    [{ progress: 5 }, TypeError, 'progress must be a boolean, a description or an options object, got 5'],
    [{ progress: { description: 'x' } }, TypeError, 'progress has no option `description`; did you mean `desc`?'],
    [{ progress: { desc: 5 } }, TypeError, 'progress.desc must be a string, got 5'],
    [{ progress: { total: -1 } }, RangeError, 'progress.total must be an integer >= 0, got -1'],
    [{ progress: { leave: 'no' } }, TypeError, 'progress.leave must be a boolean, got "no"'],
    [{ progress: { stream: {} } }, TypeError, 'progress.stream must be a writable stream, got an object'],
    [
      { progress: { renderer: 'fancy' } },
      TypeError,
      "progress.renderer must be 'auto', 'bar', 'lines', 'silent' or an object with update(state), got \"fancy\"",
    ],
  ])('%j', (options, kind, message) => {
    expect(bad(options)).toThrow(kind)
    expect(bad(options)).toThrow(message)
  })

  test.each([0, -1, 1.42])('J24 a batch of %s tasks is refused', batchSize => {
    expect(bad({ batchSize })).toThrow(new RangeError(`batchSize must be an integer >= 1 or 'auto', got ${batchSize}`))
  })

  test('options that are no object', () => {
    expect(() => Parallel(4 as never)).toThrow('Parallel takes an options object, got 4')
  })

  test('undefined means left out', () => {
    expect(() =>
      Parallel({ jobs: undefined, backend: undefined, progress: undefined, signal: undefined }),
    ).not.toThrow()
  })
})

describe('arguments', () => {
  test('delayed takes functions only', () => {
    expect(() => delayed('f' as never)).toThrow(
      new TypeError('fn must be a function, got "f": write delayed(fn)(...args), not delayed(fn(...args))'),
    )
    expect(() => delayed(() => 1, { capture: {} } as never)).toThrow(
      'delayed has no option `capture`; did you mean `captures`?',
    )
  })

  test('parallelMap takes an iterable and a function', () => {
    expect(() => void parallelMap([1], 5 as never)).toThrow(
      new TypeError('fn must be a function, got 5: write parallelMap(items, fn)'),
    )
    expect(() => void parallelMap(5 as never, x => x)).toThrow(
      new TypeError('parallelMap takes an iterable or async iterable of items, got 5'),
    )
  })

  test('Parallel takes an iterable', () => {
    const message = 'Parallel takes an iterable or async iterable of tasks: delayed(fn)(...args), got undefined'
    expect(() => void Parallel()(undefined as never)).toThrow(new TypeError(message))
  })

  test('ordered is a boolean', () => {
    expect(() => Parallel().stream([], { ordered: 1 } as never)).toThrow(
      new TypeError('ordered must be true or false, got 1'),
    )
    expect(() => Parallel().stream([], { order: true } as never)).toThrow(
      'stream has no option `order`; did you mean `ordered`?',
    )
  })

  test('parallelConfig takes a function', () => {
    expect(() => parallelConfig({}, 5 as never)).toThrow(new TypeError('fn must be a function, got 5'))
  })
})

declare module '../src/backends/registry.ts' {
  interface BackendNames {
    readonly mine: true
  }
}

describe('registerBackend', () => {
  test('J17 gives a name to a backend, which is made once, when it is first used', async () => {
    const backend = new ManualBackend()
    let made = 0
    const remove = registerBackend('mine', () => (made++, backend))
    expect(made).toBe(0)
    for (let i = 0; i < 2; i++) {
      const result = parallelMap([1], x => x + 1, { backend: 'mine' })
      await backend.runAll()
      expect(await result).toEqual([2])
    }
    expect(made).toBe(1)
    remove()
    expect(bad({ backend: 'mine' })).toThrow('there is no backend `mine`')
  })

  test('J17 may give a known name a new meaning, until it is taken back', async () => {
    const backend = new ManualBackend()
    const restore = registerBackend('inline', () => backend)
    const result = parallelMap([1], x => x + 1, { backend: 'inline' })
    expect(backend.batches).toHaveLength(1)
    await backend.runAll()
    await result
    restore()
    expect(await parallelMap([1], x => x + 1, { backend: 'inline' })).toEqual([2])
    expect(backend.batches).toHaveLength(1)
  })

  test('refuses what is neither a name nor a function', () => {
    expect(() => registerBackend('', () => new ManualBackend())).toThrow(
      'the name of a backend must be a string, got ""',
    )
    expect(() => registerBackend('x', 5 as never)).toThrow('make must be a function, got 5')
  })
})
