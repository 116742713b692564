/**
 * For packages that start workers, so that primitives work well between them.
 * @packageDocumentation
 */
export { channelCodec, installChannelCodec } from './codec.ts'
export { adoptThreadShare, newThreadShare, noteThreadExit, noteThreadStart } from './party/thread-share.ts'
export type { ThreadShare } from './party/thread-share.ts'
export { trackConnections } from './connection/hand-over.ts'
export { allowBlocking } from './sync/blocking.ts'
export { linkDoorbell } from './waiting/doorbell.ts'
export type { DoorbellLink } from './waiting/doorbell.ts'
