import { parseArgs } from 'node:util'
import { suggestion } from '@manyhands/base'
import type { Row, Section } from './row.ts'
import { rows } from './rows/index.ts'
import { sectionDefinitions } from './sections/index.ts'

/** A mistake on the command line: one line on stderr, exit code 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

export interface Arguments {
  readonly sections: readonly Section[]
  /** All rows that were asked for; not each has a place in each section. */
  readonly rows: readonly Row[]
  readonly repeats: number
  readonly json: string | undefined
  readonly help: boolean
}

export const usage = `Usage: npm run bench -- [SECTION...] [options]

  SECTION       ${sectionDefinitions.map(({ name }) => name).join(', ')}; none: all
  --only NAMES  rows, separated by commas: names of rows or of libraries (manyhands, raw, piscina, ...)
  --variants    further configurations of the libraries, and what the platform can do at best
  --reps N      repeats, an integer >= 1; default: 5
  --json FILE   write { section, row, metric, value, unit, repeats } there
  --help        print this`

const options = {
  only: { type: 'string', multiple: true },
  variants: { type: 'boolean' },
  reps: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean' },
} as const

const mistakes = {
  '--repeats': '--reps',
  '--rows': '--only',
  '--out': '--json',
  '--all': '--variants',
  '--section': 'SECTION without --',
}

/** @throws UsageError for an unknown option, section or row, naming the nearest known one */
export function parseArguments(args: readonly string[]): Arguments {
  // Not strict, because its errors know nothing of near names: what strict refuses is refused below.
  const { values, tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  })
  const sections = new Set<Section>()
  for (const token of tokens) {
    if (token.kind === 'positional') for (const name of splitNames(token.value)) sections.add(toSection(name))
    if (token.kind !== 'option') continue
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
  const only = Array.isArray(values.only)
    ? values.only.filter(value => typeof value === 'string').flatMap(splitNames)
    : undefined
  return {
    sections: sectionDefinitions.map(({ name }) => name).filter(name => sections.size === 0 || sections.has(name)),
    rows: chooseRows(only, values.variants === true),
    repeats: toRepeats(values.reps),
    json: typeof values.json === 'string' ? values.json : undefined,
    help: values.help === true,
  }
}

function isKnown(name: string): name is keyof typeof options {
  return Object.hasOwn(options, name)
}

function splitNames(value: string): string[] {
  return value
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
}

function toSection(name: string): Section {
  const known = sectionDefinitions.map(section => section.name)
  const found = known.find(candidate => candidate === name)
  if (found === undefined) throw new UsageError(`unknown section ${JSON.stringify(name)}${suggestion(name, known)}`)
  return found
}

function chooseRows(only: readonly string[] | undefined, variants: boolean): Row[] {
  const shown = rows.filter(row => variants || row.variant !== true)
  if (only === undefined) return shown
  const chosen = new Set<Row>()
  for (const name of only) {
    // A row that is named is meant, also a variant; a library means its rows.
    const named = rows.find(row => row.name.toLowerCase() === name.toLowerCase())
    const found = named === undefined ? shown.filter(row => row.library === name.toLowerCase()) : [named]
    if (found.length === 0) {
      const known = [...new Set(rows.flatMap(row => [row.name, row.library]))]
      throw new UsageError(`unknown row ${JSON.stringify(name)}${suggestion(name, known)}`)
    }
    for (const row of found) chosen.add(row)
  }
  return rows.filter(row => chosen.has(row))
}

function toRepeats(value: unknown): number {
  if (value === undefined) return 5
  if (typeof value !== 'string' || !/^\d+$/.test(value) || Number(value) < 1) {
    throw new UsageError(`--reps must be an integer >= 1, got ${JSON.stringify(value)}`)
  }
  return Number(value)
}
