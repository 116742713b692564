export { createCodec } from './worker/create-codec.ts'
export { unpack } from './worker/unpack.ts'
