import { installChannelCodec } from '@manyhands/base'
import { createCodec } from '@manyhands/closure'

/** Before the first worker starts: what queues and connections carry goes by the same rules as what tasks do. */
export function useCodecInChannels(): void {
  installChannelCodec(() => createCodec({ across: 'processes' }))
}
