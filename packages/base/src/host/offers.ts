import { slot } from '../slots.ts'

interface Offers {
  /** Where the ids of connections are noted that are put into the message which is being made. */
  noted: string[] | undefined
  /** Set once there is an offer: one of those that could claim it is gone. */
  noteGone: ((id: string) => void) | undefined
  /** Set once there is an offer: whether it was not claimed yet. */
  isOpen: ((id: string) => boolean) | undefined
}

const offers = (): Offers =>
  slot('core.offersSent', () => ({ noted: undefined, noteGone: undefined, isOpen: undefined }))
let known: Offers | undefined

/**
 * Which connections were offered in messages. Apart from how they are handed over, so that a pool that sends none does
 * not load that.
 */
export function offersSent(): Offers {
  return (known ??= offers())
}

/** Noted into by one message after the other, while none holds an offer. */
let spare: string[] = []

/**
 * For packages that start workers: notes which connections `make` puts into a message for a worker, which may end
 * before it has claimed them.
 *
 * @returns what was made, and the ids of those connections, for {@link receiverGone}; undefined when there is none
 * @throws what `make` throws: then nobody gets the message
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
 * The worker that was to get these is gone, or never gets them: the other ends of those that nobody can claim any more
 * are told so.
 */
export function receiverGone(offered: readonly string[]): void {
  const { noteGone } = offersSent()
  for (const id of offered) noteGone?.(id)
}

/** Those that were not claimed yet. */
export function openOffers(offered: readonly string[]): string[] {
  const { isOpen } = offersSent()
  return offered.filter(id => isOpen?.(id) === true)
}
