import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { suggestion } from '@manyhands/base'
import { UsageError } from './usage-error.ts'

export const backends = ['threads', 'processes', 'inline', 'async'] as const
export type Backend = (typeof backends)[number]

export const progressModes = ['auto', 'bar', 'lines', 'off'] as const
export type ProgressMode = (typeof progressModes)[number]

/** What the command line asks for. */
export interface Arguments {
  /** For both searches; undefined: k-NN on threads, SVC on processes. */
  readonly backend: Backend | undefined
  /** Undefined: as many as the machine runs at a time. */
  readonly jobs: number | undefined
  readonly progress: ProgressMode
  readonly compare: boolean
  readonly check: boolean
  /** Accuracy of a fit at which the grid search stops; undefined: it goes through. */
  readonly stopAt: number | undefined
  readonly full: boolean
  readonly out: string | undefined
  readonly data: string
  readonly help: boolean
}

export const usage = `Usage: npm run demo -- [options]      (in apps/digits: npm start -- [options])

  --backend NAME   where both searches run: ${backends.join(', ')}
                   default: k-NN on threads, SVC on processes
  --jobs N         tasks at a time, an integer >= 1; default: what the machine runs at a time
  --compare        run the SVC search on inline, threads and processes, and compare their times
  --full           100 fits instead of 60
  --stop-at X      end the SVC search once a fit has an accuracy of X, from 0 to 1
  --check          exit with code 1 unless every number equals its reference
  --out DIR        write summary.json there
  --data DIR       read the data set and reference.json there
  --progress MODE  ${progressModes.join(', ')}; default: auto
  --help           print this`

const options = {
  backend: { type: 'string' },
  jobs: { type: 'string' },
  progress: { type: 'string' },
  compare: { type: 'boolean' },
  check: { type: 'boolean' },
  'stop-at': { type: 'string' },
  full: { type: 'boolean' },
  out: { type: 'string' },
  data: { type: 'string' },
  help: { type: 'boolean' },
} as const

/** Names of other programs, and ours. */
const mistakes = {
  '--n-jobs': '--jobs',
  '-n': '--jobs',
  '-j': '--jobs',
  '-h': '--help',
  '--workers': '--jobs',
  '--output': '--out',
  '--verbose': '--progress',
}
const backendMistakes = { sequential: 'inline', loky: 'processes', threading: 'threads', multiprocessing: 'processes' }

/**
 * @param args - without node and script
 * @throws UsageError for an unknown flag or value, naming the nearest known one
 */
export function parseArguments(args: readonly string[]): Arguments {
  // Not strict, because its errors know nothing of near names: what strict refuses is refused below.
  const { values, tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  })
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      throw new UsageError(`unexpected argument ${JSON.stringify(token.value)}; every option begins with --`)
    }
    if (!isKnown(token.name)) {
      throw new UsageError(
        `unknown option ${token.rawName}${suggestion(
          token.rawName,
          Object.keys(options).map(name => `--${name}`),
          mistakes,
        )}`,
      )
    }
    const takesValue = options[token.name].type === 'string'
    if (takesValue && (token.value ?? '') === '') throw new UsageError(`${token.rawName} needs a value`)
    if (!takesValue && token.value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value, got ${JSON.stringify(token.value)}`)
    }
  }
  const text = (name: keyof typeof options): string | undefined =>
    typeof values[name] === 'string' ? values[name] : undefined
  if (text('stop-at') !== undefined && (values.check === true || values.compare === true)) {
    throw new UsageError('--stop-at leaves fits out: it cannot be combined with --check or --compare')
  }
  return {
    stopAt: toAccuracy(text('stop-at')),
    backend: oneOf('backend', text('backend'), backends, backendMistakes),
    jobs: toJobs(text('jobs')),
    progress: oneOf('progress mode', text('progress'), progressModes) ?? 'auto',
    compare: values.compare === true,
    check: values.check === true,
    full: values.full === true,
    out: text('out'),
    data: text('data') ?? fileURLToPath(new URL('../data', import.meta.url)),
    help: values.help === true,
  }
}

function isKnown(name: string): name is keyof typeof options {
  return Object.hasOwn(options, name)
}

function oneOf<const T extends string>(
  what: string,
  value: string | undefined,
  known: readonly T[],
  others: Readonly<Record<string, string>> = {},
): T | undefined {
  if (value === undefined) return undefined
  const found = known.find(name => name === value)
  if (found === undefined) {
    throw new UsageError(`unknown ${what} ${JSON.stringify(value)}${suggestion(value, known, others)}`)
  }
  return found
}

function toAccuracy(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const accuracy = Number(value)
  if (!(accuracy > 0 && accuracy <= 1)) {
    throw new UsageError(`--stop-at must be an accuracy > 0 and <= 1, got ${JSON.stringify(value)}`)
  }
  return accuracy
}

function toJobs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^\d+$/.test(value) || Number(value) < 1) {
    throw new UsageError(`--jobs must be an integer >= 1, got ${JSON.stringify(value)}`)
  }
  return Number(value)
}
