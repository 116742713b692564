import { slot } from '../slots.ts'

interface Offers {
  /** Receives the ids of the connections in the message that is being built. */
  noted: string[] | undefined
  /** Set once there is an offer: reports that a worker that could claim it has exited. */
  noteGone: ((id: string) => void) | undefined
  /** Set once there is an offer: returns whether it is still unclaimed. */
  isOpen: ((id: string) => boolean) | undefined
}

const offers = (): Offers =>
  slot('core.offersSent', () => ({ noted: undefined, noteGone: undefined, isOpen: undefined }))
let known: Offers | undefined

/**
 * Tracks the connections offered in messages. Separate from the hand-over itself, so that a pool that sends no
 * connection does not load that code.
 */
export function offersSent(): Offers {
  return (known ??= offers())
}

/** Reused by one message after the other, as long as none contains an offer. */
let spare: string[] = []

/**
 * For packages that start workers: records the connections that `make` puts into a message for a worker, which may exit
 * before it has claimed them.
 *
 * @returns the message, and the ids of its connections for {@link receiverGone}; undefined when there are none
 * @throws what `make` throws; the message is not sent then
 */
export function noteOffers<T>(make: () => T): { readonly made: T; readonly offered: readonly string[] | undefined } {
  const state = offersSent()
  const before = state.noted
  const noted = spare
  spare = []
  state.noted = noted
  try {
    const made = make()
    if (noted.length > 0) return { made, offered: noted }
    spare = noted
    return { made, offered: undefined }
  } catch (error) {
    receiverGone(noted)
    throw error
  } finally {
    state.noted = before
  }
}

/**
 * The receiving worker of `offered` has exited, or the message was not sent. When no worker can claim a connection any
 * more, its other end is notified.
 */
export function receiverGone(offered: readonly string[]): void {
  const { noteGone } = offersSent()
  for (const id of offered) noteGone?.(id)
}

/** The ids in `offered` that were not claimed yet. */
export function openOffers(offered: readonly string[]): string[] {
  const { isOpen } = offersSent()
  return offered.filter(id => isOpen?.(id) === true)
}
