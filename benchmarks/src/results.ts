import type { Row, Section } from './row.ts'
import type { Measurement, SectionDefinition } from './section.ts'
import { median, round } from './statistics.ts'

/** One number of the result file. */
export interface ResultRow {
  readonly section: Section
  readonly row: string
  readonly metric: string
  /** The median of the repeats. */
  readonly value: number
  readonly unit: string
  /** How many measurements it is the median of. */
  readonly repeats: number
}

/** What all repeats of a row gave in a section. */
export interface RowResult {
  readonly row: Row
  readonly repeats: number
  /** All values of each metric. */
  readonly values: ReadonlyMap<string, readonly number[]>
  /** What went wrong, each once. */
  readonly notes: readonly string[]
}

export function collect(row: Row, measurements: readonly Measurement[]): RowResult {
  const values = new Map<string, number[]>()
  for (const measurement of measurements) {
    for (const [metric, value] of Object.entries(measurement.values)) {
      values.set(metric, [...(values.get(metric) ?? []), value])
    }
  }
  return { row, repeats: measurements.length, values, notes: [...new Set(measurements.flatMap(({ notes }) => notes))] }
}

/** The median; undefined when nothing was measured. */
export function valueOf(result: RowResult, metric: string): number | undefined {
  const values = result.values.get(metric) ?? []
  return values.length === 0 ? undefined : median(values)
}

/** The lines of the result file: what was measured, and nothing for what was not. */
export function toResultRows(section: SectionDefinition, results: readonly RowResult[]): ResultRow[] {
  return results.flatMap(result =>
    section.metrics.flatMap(({ name, unit }) => {
      const values = result.values.get(name) ?? []
      return values.length === 0
        ? []
        : [
            {
              section: section.name,
              row: result.row.name,
              metric: name,
              value: round(median(values)),
              unit,
              repeats: values.length,
            },
          ]
    }),
  )
}
