export { useOwnCopies } from './protocol/own-copies.ts'
export { createCodec } from './worker/create-codec.ts'
export { unpack } from './worker/unpack.ts'
