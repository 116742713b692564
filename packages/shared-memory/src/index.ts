export type { AcrossOption } from './across.ts'
export type { AtomicDtype, BigDtype, DataOf, Dtype, DtypeArrays, ElementOf } from './dtype.ts'
export type { ShareableFormat, ShareableValue } from './list-layout.ts'
export type { Shape } from './shape.ts'
export { ShareableList } from './shareable-list.ts'
export type { SharedArrayFromOptions, SharedArrayOptions } from './array-handle.ts'
export type { NestedArray } from './nested-array.ts'
export { SharedArray } from './shared-array.ts'
export { SharedMemory, type SharedMemoryOptions } from './shared-memory.ts'
export type { Source, SourceDtype } from './source.ts'
export {
  SharedStruct,
  struct,
  StructArray,
  type StructInit,
  type StructOf,
  type StructOptions,
  type StructType,
} from './struct.ts'
export type { FieldInput, Fields, FieldType, FieldValue } from './struct-layout.ts'
export { Value, type ValueOptions } from './value.ts'
