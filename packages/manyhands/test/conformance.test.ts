import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const packages = join(import.meta.dirname, '../..')

/** The cases of CPython and joblib that these lists are about, by letter: the first and the last of each group. */
const cases: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  C: [[1, 21]],
  F: [[1, 45]],
  G: [[1, 9]],
  J: [[1, 46]],
  L: [[1, 27]],
  M: [[1, 20]],
  P: [[1, 29]],
  Q: [
    [1, 11],
    [20, 32],
  ],
  S: [[1, 29]],
  X: [[1, 4]],
}

interface Row {
  readonly folder: string
  readonly ids: readonly string[]
  readonly here: string
}

const all = Object.entries(cases).flatMap(([letter, groups]) =>
  groups.flatMap(([first, last]) => range(letter, first, last)),
)

function range(letter: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => letter + String(first + i).padStart(2, '0'))
}

/** `A01, A03 to A05` as single cases. */
function idsOf(text: string): string[] {
  return [...text.matchAll(/([A-Z])(\d\d)(?: to [A-Z](\d\d))?/g)].flatMap(([, letter = '', first, last = first]) =>
    range(letter, Number(first), Number(last)),
  )
}

function rows(): Row[] {
  return readdirSync(packages).flatMap(name => {
    const folder = join(packages, name, 'test')
    const list = join(folder, 'conformance.md')
    if (!existsSync(list)) return []
    return [...readFileSync(list, 'utf8').matchAll(/^\| ([A-Z]\d\d[^|]*)\|[^|]+\|([^|]+)\|$/gm)].map(
      ([, ids = '', here = '']) => ({ folder, ids: idsOf(ids), here }),
    )
  })
}

/** Where tests are. */
const folders = (): string[] =>
  readdirSync(packages).map(name => join(packages, name, name === 'testing' ? 'src' : 'test'))

/** The cases that tests name at the begin of their titles. */
function tested(): Set<string> {
  const files = folders().flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(file => join(folder, file)),
  )
  const titles = files
    .filter(file => file.endsWith('.ts'))
    .flatMap(file => [...readFileSync(file, 'utf8').matchAll(/\(\s*['"`]((?:[CFGJLMPQSX]\d\d(?:, | to | ))+)/g)])
  return new Set(titles.flatMap(([, ids = '']) => idsOf(ids)))
}

test('the lists of cases have each case once', () => {
  expect(
    rows()
      .flatMap(({ ids }) => ids)
      .toSorted(),
  ).toEqual(all.toSorted())
})

test('each case has a test, or a reason why it has none', () => {
  const named = tested()
  const without = rows()
    .filter(({ here }) => /^ (does not apply|do not apply|left out|not yet)\b/.test(here))
    .flatMap(({ ids }) => ids)
  expect(all.filter(id => !named.has(id)).toSorted()).toEqual(without.toSorted())
})

test('files that the lists name are there', () => {
  const named = rows().flatMap(({ folder, here }) =>
    [...here.matchAll(/`([\w/.-]+\.ts)`/g)].map(([, file = '']) => ({ folder, file })),
  )
  expect(named.length).toBeGreaterThan(30)
  const elsewhere = folders()
  expect(
    named.filter(({ folder, file }) => ![folder, ...elsewhere].some(place => existsSync(join(place, file)))),
  ).toEqual([])
})
