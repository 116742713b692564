import { expect, test } from 'vitest'
import { UsageError, parseArguments } from '../src/args.ts'

const names = (args: readonly string[]): string[] => parseArguments(args).rows.map(row => row.name)

test('without arguments all sections and one row a library and kind are measured', () => {
  const { sections, repeats, json } = parseArguments([])
  expect(sections).toEqual(['throughput', 'latency', 'payload', 'cpu', 'cold', 'memory', 'closures', 'primitives'])
  expect(repeats).toBe(5)
  expect(json).toBeUndefined()
  const rows = parseArguments([]).rows
  expect(rows.map(row => row.name)).toEqual(
    expect.arrayContaining([
      'manyhands threads',
      'manyhands processes',
      'manyhands Parallel threads',
      'manyhands Parallel processes',
      'raw worker_threads',
      'raw fork advanced',
      'piscina',
    ]),
  )
  const peers = rows
    .filter(
      row =>
        row.library !== 'manyhands' &&
        !row.sections?.some(section => section === 'closures' || section === 'primitives'),
    )
    .map(row => `${row.library} ${row.kind}`)
  expect(new Set(peers).size).toBe(peers.length)
})

test('sections are measured in their own order, each once', () => {
  expect(parseArguments(['cold', 'throughput', 'cold']).sections).toEqual(['throughput', 'cold'])
  expect(parseArguments(['latency,cpu']).sections).toEqual(['latency', 'cpu'])
})

test('only takes names of rows, with spaces, and of libraries', () => {
  expect(names(['--only', 'manyhands threads,raw worker_threads'])).toEqual(['raw worker_threads', 'manyhands threads'])
  expect(names(['--only', 'raw'])).toEqual(['raw worker_threads', 'raw fork advanced'])
  expect(names(['--only=piscina', '--only', 'comlink'])).toEqual(['piscina', 'comlink'])
})

test('a variant is measured when it is named or variants are asked for', () => {
  expect(names([])).not.toContain('raw fork json')
  expect(names(['--only', 'raw fork json'])).toEqual(['raw fork json'])
  expect(names(['--variants'])).toContain('raw fork json')
})

test.each([
  [['throughputs'], 'unknown section "throughputs"; did you mean `throughput`?'],
  [['--only', 'manyhand threads'], 'unknown row "manyhand threads"; did you mean `manyhands threads`?'],
  [['--only', 'piscinas'], 'unknown row "piscinas"; did you mean `piscina`?'],
  [['--rep', '3'], 'unknown option --rep; did you mean `--reps`?'],
  [['--reps', '0'], '--reps must be an integer >= 1, got "0"'],
  [['--reps'], '--reps needs a value'],
  [['--variants=no'], '--variants takes no value, got "no"'],
])('%j is refused', (args, message) => {
  expect(() => parseArguments(args)).toThrow(new UsageError(message))
})
