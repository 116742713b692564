import type { ToMainMessage } from '../protocol/messages.ts'

/**
 * The way of a process to its parent, taken before the code of any task runs: that may replace `process.send` and
 * `process.nextTick`, or remove all listeners, and the worker goes on.
 */
const { nextTick } = process
const send = process.send?.bind(process)
const removers = ['off', 'removeListener', 'removeAllListeners'] as const

/** @param sent - called when the system has taken the message, or the parent is gone */
export function sendToParent(message: ToMainMessage, sent: () => void = () => {}): void {
  // Node's channel calls it to deliver a message: where a task has put a fake in its place, none would come any more.
  if (process.nextTick !== nextTick) process.nextTick = nextTick
  send?.(message, undefined, undefined, sent)
}

/** Listens for as long as this process lives. */
export function listenForGood(event: 'message' | 'disconnect', listener: (value: unknown) => void): void {
  process.on(event, listener)
  for (const name of removers) {
    const remove = process[name] as (...args: readonly unknown[]) => NodeJS.Process
    process[name] = function (this: NodeJS.Process, ...args: readonly unknown[]) {
      Reflect.apply(remove, this, args)
      if (!process.listeners(event as 'message').includes(listener)) process.on(event, listener)
      return this
    } as never
  }
}
