import type { Kind, Row, Section } from './row.ts'

/** What a section measures. */
export interface Metric {
  readonly name: string
  readonly unit: string
  /** For the best peer, and for the order of the table. */
  readonly better: 'higher' | 'lower'
}

/** What one child process reports: a number for each metric that the row has, and what went wrong with others. */
export interface Measurement {
  readonly values: Readonly<Record<string, number>>
  readonly notes: readonly string[]
}

export interface SectionDefinition {
  readonly name: Section
  readonly title: string
  /** The first one orders the table, and its ratios are shown. */
  readonly metrics: readonly Metric[]
  /** Measured with both and told per worker, instead of with 2 workers. */
  readonly poolSizes?: readonly [few: number, many: number]
  /** Why it cannot be measured on this machine, if so. */
  readonly unavailable?: string | undefined
  /** The kinds of rows that it measures, unless a row names its own sections. */
  readonly kinds: readonly Kind[]
  /** Runs in a process of its own. */
  measure(row: Row, workers: number): Promise<Measurement>
}
