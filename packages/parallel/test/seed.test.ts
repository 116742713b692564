import { describe, expect, test } from 'vitest'
import { delayed, Parallel, parallelMap, remote, taskRandom } from '../src/index.ts'
import { collect } from './support/collect.ts'
import { manual } from './support/manual-call.ts'

type Tasks = typeof import('./tasks/random.ts')
const url = new URL('./tasks/random.ts', import.meta.url)
// By name: the test runner rewrites imports, and a function that uses Parallel could not be sent with its text.
const draw = remote<Tasks, 'draw'>(url, 'draw')
const drawLater = remote<Tasks, 'drawLater'>(url, 'drawLater')
const drawDeeper = remote<Tasks, 'drawDeeper'>(url, 'drawDeeper')
const drawOrFail = remote<Tasks, 'drawOrFail'>(url, 'drawOrFail')
const drawPlain = remote<Tasks, 'drawPlain'>(url, 'drawPlain')

const numbers = [0, 1, 2, 3, 4, 5]
const expected = await parallelMap(numbers, draw, { backend: 'inline', seed: 42 })

describe.each(['inline', 'async', 'threads', 'processes'] as const)('%s', backend => {
  const options = { backend, jobs: 2, seed: 42 }

  test('the same seed gives each task the same numbers', async () => {
    const tasks = numbers.map(() => delayed(draw)())
    expect(await parallelMap(numbers, draw, options)).toEqual(expected)
    expect(await parallelMap(numbers, draw, { ...options, jobs: 1, batchSize: 4 })).toEqual(expected)
    expect(await parallelMap(numbers.values(), draw, { ...options, seed: 42n, timeoutMs: 60_000 })).toEqual(expected)
    expect(await Parallel(options)(tasks)).toEqual(expected)
    expect(await collect(Parallel({ ...options, batchSize: 3 }).stream(tasks))).toEqual(expected)
  })

  test('async tasks that run at the same time do not mix theirs up', async () => {
    expect(await parallelMap(numbers, drawLater, options)).toEqual(expected)
  })

  test('nested calls depend on the task around them, and an own seed wins', async () => {
    const here = await parallelMap([0, 1], drawDeeper, { backend: 'inline', seed: 42 })
    const there = await parallelMap([0, 1], drawDeeper, options)
    expect(there).toEqual(here)
    const [{ nested, again, own }, other] = there as [(typeof there)[0], (typeof there)[0]]
    expect(new Set([...nested, ...again, ...other.nested, ...other.again]).size).toBe(8)
    expect(other.own).toEqual(own)
  })

  test('an initializer and a further attempt change nothing', async () => {
    const seen = await parallelMap(numbers, drawOrFail, { ...options, retries: 2, initializer: () => {} })
    expect(seen).toEqual(expected)
  })

  test('without a seed there are none', async () => {
    await expect(parallelMap([1], draw, { backend, jobs: 1 })).rejects.toThrow(
      'taskRandom() works in a task of a call that was given the option `seed`: write Parallel({ seed: 42 })',
    )
  })

  test('a closure of the program may use them', async () => {
    const least = 10
    const random = drawPlain
    expect(await parallelMap([0, 1], async () => (await random()) >= least, { ...options })).toEqual([true, true])
  })
})

test('each task has numbers of its own, and another seed gives others', async () => {
  const other = await parallelMap(numbers, draw, { backend: 'inline', seed: 43 })
  const all = [...expected, ...other].flat()
  expect(new Set(all).size).toBe(all.length)
})

test('a backend of others needs nothing for it', async () => {
  const { backend, options } = manual({ batchSize: 3 })
  const result = parallelMap(numbers, () => [taskRandom()(), taskRandom()()], { ...options, seed: 42 })
  await backend.runAll()
  expect(await result).toEqual(expected)
})

test('the numbers stay what they are from version to version', () => {
  expect(expected[0]).toEqual([0.02551610970269913, 0.2714642081650178])
})

test('numbers are spread evenly', async () => {
  const many = Array.from({ length: 2000 }, (_, i) => i)
  const values = await parallelMap(many, () => [taskRandom()(), taskRandom().int(1, 6)] as const, {
    backend: 'inline',
    seed: 1,
  })
  const mean = values.reduce((sum, [value]) => sum + value, 0) / values.length
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.03) // 4.6 standard deviations
  const faces = [1, 2, 3, 4, 5, 6].map(face => values.filter(([, value]) => value === face).length)
  for (const count of faces) expect(Math.abs(count - 2000 / 6)).toBeLessThan(80) // 4.8 of them
})

test('int refuses what is no range', async () => {
  const wrong = (least: number, most: number) =>
    Parallel({ backend: 'inline', seed: 1 })([delayed(() => taskRandom().int(least, most))()])
  await expect(wrong(2, 1)).rejects.toThrow(
    new RangeError('int(least, most) takes two safe integers, the lesser one first, got 2, 1'),
  )
  await expect(wrong(0.5, 1)).rejects.toThrow(RangeError)
  expect(await wrong(3, 3)).toEqual([3])
})

test('outside of a task there are none', () => {
  expect(() => taskRandom()).toThrow('taskRandom() works in a task')
})
