import type { Row } from '../row.ts'
import type { SectionDefinition } from '../section.ts'
import { closures } from './closures.ts'
import { cold } from './cold.ts'
import { cpu } from './cpu.ts'
import { latency } from './latency.ts'
import { memory } from './memory.ts'
import { payload } from './payload.ts'
import { primitives } from './primitives.ts'
import { throughput } from './throughput.ts'

/** In the order in which they run. */
export const sectionDefinitions: readonly SectionDefinition[] = [
  throughput,
  latency,
  payload,
  cpu,
  cold,
  memory,
  closures,
  primitives,
]

/** Whether `row` has a place in the table of `section`. */
export function appliesTo(section: SectionDefinition, row: Row): boolean {
  return row.sections?.includes(section.name) ?? section.kinds.includes(row.kind)
}
