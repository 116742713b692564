export { useOwnCopies } from './protocol/own-copies.ts'
export { createCodec } from './revive/create-codec.ts'
export { unpack } from './revive/unpack.ts'
