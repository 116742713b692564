import type { Analysis } from '../text/analyze.ts'
import type { FunctionFacts } from '../text/inspector.ts'
import type { LostWrite } from '../text/lost-write.ts'

/** A captured variable that a function changes and does not look at. */
export interface WrittenCapture {
  readonly name: string
  readonly value: unknown
  readonly write: LostWrite
  readonly analysis: Analysis
  readonly facts: FunctionFacts
  readonly label: () => string
}
