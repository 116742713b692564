// The public names of all packages. They are listed in the packages' own READMEs.
export * from '@manyhands/closure'
export * from '@manyhands/core'
export * from '@manyhands/parallel'
export * from '@manyhands/pool'
export * from '@manyhands/shared-memory'
// Both packages have these two names; a scheduler of one's own needs the pool's.
export type { BatchHandle, BatchSink } from '@manyhands/pool'
