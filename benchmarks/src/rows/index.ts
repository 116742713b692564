import type { Row } from '../row.ts'
import { closureRows } from './closures.ts'
import { limitRows } from './limits.ts'
import { manyhandsRows } from './manyhands.ts'
import { peerRows } from './peers.ts'
import { primitiveRows } from './primitives.ts'
import { rawRows } from './raw.ts'

/** In a fixed order, so that runs can be compared. */
export const rows: readonly Row[] = [
  ...rawRows,
  ...manyhandsRows,
  ...peerRows,
  ...limitRows,
  ...closureRows,
  ...primitiveRows,
]
