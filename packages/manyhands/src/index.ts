// The public names of all packages. They are listed in the packages' own READMEs.
export {
  createCodec,
  explain,
  pack,
  type Packed,
  type PackOptions,
  type Reducer,
  registerReducer,
  remote,
  type RemoteModule,
  stableKey,
  unpack,
  withCaptures,
} from '@manyhands/closure'
export * from '@manyhands/core'
export * from '@manyhands/parallel'
export * from '@manyhands/pool'
export * from '@manyhands/shared-memory'
