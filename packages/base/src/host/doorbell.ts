import { slot } from '../slots.ts'

/**
 * A bell rings for the same region at most this often: who hears it looks again by itself after as long. Longer: later;
 * shorter: more messages when something changes all the time.
 */
const REST_MS = 1

/** Passes rings on to another thread or process. */
export type SendRing = (id: string) => void

interface DoorbellState {
  /** By region. */
  readonly listeners: Map<string, Set<() => void>>
  readonly links: Set<SendRing>
  readonly rungAt: Map<string, number>
}

const state = (): DoorbellState =>
  slot('core.doorbell', () => ({ listeners: new Map(), links: new Set(), rungAt: new Map() }))

/**
 * Says that something in a region has changed: to who waits in this thread, and along all links. It is a hint: who
 * waits looks from time to time anyway, so a ring that is lost, or comes twice, is no harm.
 */
export function ring(id: string): void {
  const { listeners, links, rungAt } = state()
  for (const listener of Array.from(listeners.get(id) ?? [])) listener()
  if (links.size === 0) return
  const now = performance.now()
  if (now - (rungAt.get(id) ?? -Infinity) < REST_MS) return
  if (rungAt.size >= 256) rungAt.clear() // it only saves messages
  rungAt.set(id, now)
  for (const send of links) send(id)
}

/** @returns ends it */
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

/** One end of a way along which rings go, such as the channel of a worker. */
export interface DoorbellLink {
  /** A ring came along this way: it is heard here and passed on along all others. */
  receive(id: string): void
  close(): void
}

/**
 * Adds a way to another thread or process. The ways of a program and its workers form a tree, so no ring comes back.
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
