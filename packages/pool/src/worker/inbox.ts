import { isToWorker, type ToWorkerMessage } from '../protocol/messages.ts'
import { listenForGood } from './parent.ts'

/** Takes a message. When it returns a promise, the next message waits for it. */
export type Receiver = (message: ToWorkerMessage) => void | Promise<void>

const waiting: ToWorkerMessage[] = []
let receiver: Receiver | undefined
let busy = false

/**
 * Listens to the channel of this process, once and for all. Whatever stage of its start the process is in, no message
 * is dropped: Node drops those that come behind one that removed the last listener.
 */
export function openInbox(first: Receiver): void {
  receiver = first
  listenForGood('message', message => {
    if (!isToWorker(message)) return // emitted by the code of a task
    if (busy || receiver === undefined) waiting.push(message)
    else take(receiver, message)
  })
}

/**
 * From now on messages come to `next`; undefined: until somebody else wants them they wait. Those that wait come at
 * once.
 */
export function receiveWith(next: Receiver | undefined): void {
  receiver = next
  if (!busy) takeWaiting()
}

function take(to: Receiver, message: ToWorkerMessage): void {
  const done = to(message)
  if (done === undefined) return
  busy = true
  const goOn = (): void => {
    busy = false
    takeWaiting()
  }
  void done.finally(goOn)
}

function takeWaiting(): void {
  while (!busy && receiver !== undefined) {
    const message = waiting.shift()
    if (message === undefined) return
    take(receiver, message)
  }
}
