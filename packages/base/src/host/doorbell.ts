import { clock } from '../intrinsics.ts'
import { slot } from '../slots.ts'

/**
 * The least time between two rings for the same region; a receiver checks again by itself after this time. Longer:
 * changes are noticed later; shorter: more messages when a region changes all the time.
 */
const REST_MS = 1

/** Sends a ring to another thread or process. */
export type SendRing = (id: string) => void

interface DoorbellState {
  /** By region id. */
  readonly listeners: Map<string, Set<() => void>>
  readonly links: Set<SendRing>
  readonly rungAt: Map<string, number>
}

const state = (): DoorbellState =>
  slot('core.doorbell', () => ({ listeners: new Map(), links: new Set(), rungAt: new Map() }))

/**
 * Notifies the waiters of this thread, and of all linked threads and processes, that a region has changed. It is only a
 * hint: waiters also poll, so a lost or repeated ring does no harm.
 */
export function ring(id: string): void {
  const { listeners, links, rungAt } = state()
  for (const listener of Array.from(listeners.get(id) ?? [])) listener()
  if (links.size === 0) return
  const now = clock()
  if (now - (rungAt.get(id) ?? -Infinity) < REST_MS) return
  if (rungAt.size >= 256) rungAt.clear() // the map only saves messages
  rungAt.set(id, now)
  for (const send of links) send(id)
}

/** @returns removes the listener */
export function onRing(id: string, listener: () => void): () => void {
  const { listeners } = state()
  let set = listeners.get(id)
  if (set === undefined) listeners.set(id, (set = new Set()))
  set.add(listener)
  return () => {
    set.delete(listener)
    if (set.size === 0 && listeners.get(id) === set) listeners.delete(id)
  }
}

/** One end of a link that carries rings, such as the channel of a worker. */
export interface DoorbellLink {
  /** Handles a ring from this link: notifies this thread and forwards the ring to all other links. */
  receive(id: string): void
  close(): void
}

/**
 * Adds a link to another thread or process. The links of a program and its workers form a tree, so no ring comes back.
 */
export function linkDoorbell(send: SendRing): DoorbellLink {
  const { links } = state()
  links.add(send)
  return {
    receive(id) {
      const { listeners } = state()
      for (const listener of Array.from(listeners.get(id) ?? [])) listener()
      for (const other of links) if (other !== send) other(id)
    },
    close: () => void links.delete(send),
  }
}
