import { slot } from '../slots.ts'

interface OffersSent {
  /** Of the message that is being made. */
  sent: string[] | undefined
  /** Set once there is an offer. */
  noteGone: ((id: string) => void) | undefined
}

/** Which connections were offered in messages. Apart from how they are handed over, so that a pool that sends none does not load that. */
export const offersSent = (): OffersSent => slot('core.offersSent', () => ({ sent: undefined, noteGone: undefined }))

/**
 * For packages that start workers: notes which connections `make` puts into a message for one that may end before it has come for them.
 *
 * @returns what was made, and what to call when that worker is gone: the other ends of connections that were closed here then hear that nobody will come
 */
export function trackConnections<T>(make: () => T): { readonly made: T; readonly receiverGone: () => void } {
  const offers = offersSent()
  const sent: string[] = []
  const receiverGone = (): void => {
    for (const id of sent.splice(0)) offers.noteGone?.(id)
  }
  const before = offers.sent
  offers.sent = sent
  try {
    return { made: make(), receiverGone }
  } catch (error) {
    receiverGone() // nobody gets the message
    throw error
  } finally {
    offers.sent = before
  }
}
