import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseArguments } from '../src/args.ts'
import { UsageError } from '../src/usage-error.ts'

test('without arguments everything has its default', () => {
  expect(parseArguments([])).toEqual({
    backend: undefined,
    jobs: undefined,
    progress: 'auto',
    compare: false,
    check: false,
    stopAt: undefined,
    full: false,
    out: undefined,
    data: join(import.meta.dirname, '../data'),
    help: false,
  })
})

test('each flag is read', () => {
  const args = [
    '--backend',
    'processes',
    '--jobs=3',
    '--progress',
    'lines',
    '--compare',
    '--check',
    '--full',
    '--out',
    'a folder',
    '--data',
    'other',
    '--help',
  ]
  expect(parseArguments(args)).toEqual({
    backend: 'processes',
    jobs: 3,
    progress: 'lines',
    compare: true,
    check: true,
    stopAt: undefined,
    full: true,
    out: 'a folder',
    data: 'other',
    help: true,
  })
  expect(parseArguments(['--stop-at', '0.98']).stopAt).toBe(0.98)
})

test('of a flag given twice the last one counts', () => {
  expect(parseArguments(['--out', 'a', '--out', 'b']).out).toBe('b')
})

test.each([
  [['--job', '2'], 'unknown option --job; did you mean `--jobs`?'],
  [['--n-jobs', '2'], 'unknown option --n-jobs; did you mean `--jobs`?'],
  [['-j', '2'], 'unknown option -j; did you mean `--jobs`?'],
  [['--chek'], 'unknown option --chek; did you mean `--check`?'],
  [['--backend', 'thread'], 'unknown backend "thread"; did you mean `threads`?'],
  [['--backend', 'sequential'], 'unknown backend "sequential"; did you mean `inline`?'],
  [['--backend'], '--backend needs a value'],
  [['--out='], '--out needs a value'],
  [['--progress', 'line'], 'unknown progress mode "line"; did you mean `lines`?'],
  [['--jobs', '0'], '--jobs must be an integer >= 1, got "0"'],
  [['--jobs', '-1'], '--jobs must be an integer >= 1, got "-1"'],
  [['--jobs', 'two'], '--jobs must be an integer >= 1, got "two"'],
  [['--check=yes'], '--check takes no value, got "yes"'],
  [['threads'], 'unexpected argument "threads"; every option begins with --'],
])('%j is refused', (args, message) => {
  expect(() => parseArguments(args)).toThrow(new UsageError(message))
})
