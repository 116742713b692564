import { type RowResult, valueOf } from './results.ts'
import type { Kind, Row } from './row.ts'
import type { Metric, SectionDefinition } from './section.ts'
import { round } from './statistics.ts'

/** The row that others of its kind are measured against. */
const baselines: Readonly<Partial<Record<Kind, string>>> = {
  thread: 'raw worker_threads',
  process: 'raw fork advanced',
}

/**
 * A Markdown table, the best row first. Ratios are of the first metric: the value of the row divided by the other's.
 */
export function sectionTable(section: SectionDefinition, results: readonly RowResult[]): string {
  const [main] = section.metrics
  if (main === undefined) return ''
  const sign = main.better === 'higher' ? -1 : 1
  const place = (result: RowResult): number => sign * (valueOf(result, main.name) ?? sign * Infinity)
  const sorted = results.toSorted((a, b) => place(a) - place(b))
  const head = [
    'row',
    'kind',
    ...section.metrics.map(({ name, unit }) => `${name} (${unit})`),
    'min..max',
    '× raw',
    '× best peer',
    'n',
    'note',
  ]
  const lines = sorted.map(result => [
    result.row.name,
    result.row.kind,
    ...section.metrics.map(metric => format(valueOf(result, metric.name))),
    range(result, main),
    ratio(result, baselineOf(result, results), main),
    ratio(result, bestPeerOf(result, results, main), main),
    String(result.values.get(main.name)?.length ?? 0),
    result.notes.join('; ').replaceAll('|', '\\|'),
  ])
  const numeric = section.metrics.map(() => '---:')
  return [head, ['---', '---', ...numeric, '---:', '---:', '---:', '---:', '---'], ...lines]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** How to read the ratios of a section. */
export function sectionHeading(section: SectionDefinition): string {
  const [main] = section.metrics
  return `### ${section.name}: ${section.title}\n\nRatios are of \`${main?.name}\`: ${main?.better} is better.`
}

function baselineOf(result: RowResult, results: readonly RowResult[]): RowResult | undefined {
  return results.find(({ row }) => row.name === baselines[result.row.kind])
}

function bestPeerOf(result: RowResult, results: readonly RowResult[], metric: Metric): RowResult | undefined {
  const peers = results.filter(
    other => isPeer(other.row) && other.row.kind === result.row.kind && valueOf(other, metric.name) !== undefined,
  )
  const sign = metric.better === 'higher' ? -1 : 1
  return peers.toSorted((a, b) => sign * ((valueOf(a, metric.name) ?? 0) - (valueOf(b, metric.name) ?? 0)))[0]
}

function isPeer(row: Row): boolean {
  return row.library !== 'raw' && row.library !== 'manyhands' && row.library !== 'limit'
}

function ratio(result: RowResult, other: RowResult | undefined, { name }: Metric): string {
  const [value, base] = [valueOf(result, name), other === undefined ? undefined : valueOf(other, name)]
  return value === undefined || base === undefined ? '' : (value / base).toPrecision(3)
}

function range(result: RowResult, { name }: Metric): string {
  const values = result.values.get(name) ?? []
  return values.length < 2 ? '' : `${format(Math.min(...values))}..${format(Math.max(...values))}`
}

function format(value: number | undefined): string {
  return value === undefined ? '' : String(round(value))
}
