import { type Across, SerializationError } from '@manyhands/base'
import { systemLiveness } from '../party/liveness.ts'
import { PARTY_TABLE_BYTES, PartyTable } from '../party/party-table.ts'
import { memoryProvider } from '../region/provider.ts'
import { addressOf, notePartyTable, Region } from '../region/region.ts'
import { ProcessWaiter } from '../waiting/process-waiter.ts'
import { ThreadWaiter } from '../waiting/thread-waiter.ts'
import type { Waiter } from '../waiting/waiter.ts'
import { SharedWords } from '../waiting/words.ts'

/**
 * The bytes before the words of a primitive: a header of 64 bytes, see waiter.ts, and the party table. A multiple of a
 * cache line.
 */
const HEADER_BYTES = 64
const BASE_BYTES = HEADER_BYTES + PARTY_TABLE_BYTES

/** Index of the first 32-bit word that a primitive can use. */
export const BASE = BASE_BYTES / 4
/** Index of the first 64-bit word that a primitive can use. */
export const BASE_64 = BASE_BYTES / 8

/** A region with the words of a primitive, and the helpers to use them in this thread. */
export class SharedState {
  readonly region: Region
  readonly words: SharedWords
  readonly waiter: Waiter
  readonly parties: PartyTable

  constructor(region: Region) {
    this.region = region
    this.words = new SharedWords(region.buffer)
    this.parties = new PartyTable(this.words, HEADER_BYTES / 8, systemLiveness())
    this.waiter =
      region.across === 'threads'
        ? new ThreadWaiter(this.words)
        : new ProcessWaiter(this.words, region.id, addressOf(region), memoryProvider().futex)
  }

  /** @param byteLength - of the primitive's own words */
  static create(across: Across, byteLength: number): SharedState {
    const region = Region.create(BASE_BYTES + Math.ceil(byteLength / 8) * 8, { across })
    notePartyTable(region, HEADER_BYTES)
    return new SharedState(region)
  }

  /**
   * The region, for a handle.
   *
   * @throws SerializationError when it cannot be shared there
   */
  sendTo(across: Across, type: string, create: string): Region {
    if (across === 'processes' && this.region.across === 'threads') {
      throw new SerializationError(`it is a ${type} that only threads share`, { hint: `create it with \`${create}\`` })
    }
    return this.region
  }
}
