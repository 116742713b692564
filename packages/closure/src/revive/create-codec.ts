import type { Across, Codec } from '@manyhands/base'
import lazy from '#lazy'
import { channelCodec } from '../protocol/channel-codec.ts'
import { decode } from './decode.ts'

/**
 * The codec of a channel, for the side that mostly receives: what packs values is loaded when the first one has to be
 * packed, because loading it takes as long as everything else that a worker needs of this package.
 *
 * @param options.isAnswer - what it encodes goes to the thread or process that this one works for. @default false
 */
export function createCodec({ across, isAnswer }: { readonly across: Across; readonly isAnswer?: boolean }): Codec {
  return channelCodec(across, () => lazy.packing().createPacker(across, isAnswer), decode)
}
