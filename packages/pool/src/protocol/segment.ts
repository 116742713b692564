import type { Payload } from './payload.ts'

/** Entries of a segment in a REPLY message. */
export const SEGMENT_LENGTH = 6
/** Where the first segment of a REPLY message begins. */
export const FIRST_SEGMENT = 1

/** `count` results in a row, from index `start` of a batch on. */
export type Segment = readonly [
  batchId: number,
  start: number,
  count: number,
  /** Time spent in these tasks. */
  durationMs: number,
  payload: Payload,
  /** `[offset, error, …]` of those that failed; their place in the payload is undefined. */
  failures: readonly unknown[] | undefined,
]

/** The segment at `at` of a REPLY message. */
export function readSegment(message: readonly unknown[], at: number) {
  return {
    batchId: message[at] as Segment[0],
    start: message[at + 1] as Segment[1],
    count: message[at + 2] as Segment[2],
    durationMs: message[at + 3] as Segment[3],
    payload: message[at + 4] as Segment[4],
    failures: message[at + 5] as Segment[5],
  }
}
