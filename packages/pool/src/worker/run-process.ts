import { inspect } from 'node:util'
import { threadId } from 'node:worker_threads'
import { linkDoorbell } from '@manyhands/base'
import { unpack } from '@manyhands/closure/worker'
import { currentProcess } from '../here/current-process.ts'
import { complain, exit } from '../here/exit.ts'
import { INTERRUPT, type ToMainMessage, type ToWorkerMessage, RANG, RING } from '../protocol/messages.ts'
import { factsKey, type HasFacts } from '../protocol/process-facts.ts'
import type { ProcessInit, ThreadEnds } from '../protocol/worker-init.ts'
import { workerKinds } from '../protocol/worker-kinds.ts'
import { receiveWith } from './inbox.ts'
import { sendToParent } from './parent.ts'
import { startWatchdog } from './watchdog.ts'

/** Of a program that waits for something that can never come, as Node has it. */
const UNSETTLED = 13

type Body =
  | (HasFacts & { run(): unknown })
  | readonly [target: (...args: readonly unknown[]) => unknown, args: readonly unknown[]]

/**
 * Runs what a Process or a Thread is for. It then ends by itself, once nothing is left that its event loop waits for.
 */
export async function runProcess(init: ProcessInit | (ProcessInit & ThreadEnds)): Promise<void> {
  let finished = false
  const post =
    'port' in init
      ? (message: ToMainMessage) => init.port.postMessage(message)
      : (message: ToMainMessage) => sendToParent(message)
  const doorbell = linkDoorbell(id => post([RANG, id]))
  const receive = (message: ToWorkerMessage): void => {
    if (message[0] === RING) doorbell.receive(message[1])
    else if (message[0] === INTERRUPT && !process.emit('SIGINT', 'SIGINT')) exit(true)
  }
  // What may still be said does not keep it alive.
  if ('port' in init) {
    init.port.on('message', receive)
    init.port.unref()
  } else {
    startWatchdog()
    receiveWith(receive)
    process.channel?.unref()
    // Node prints the error itself, but not whose it is. Nobody else is told: what ends a thread in this way is printed
    // by its parent.
    process.on('uncaughtExceptionMonitor', () => complain(headline()))
  }
  process.on('beforeExit', () => {
    if (finished) return
    complain(`${headline()}its function never finished: it waits for something that can no longer come\n`)
    process.exit(UNSETTLED)
  })
  try {
    const body = (await unpack(init.body as never)) as Body
    if ('run' in body) {
      Object.assign(body[factsKey], { pid: process.pid, threadId: threadId === 0 ? null : threadId })
      await body.run()
    } else {
      const [target, args] = body
      await target(...args)
    }
    finished = true
  } catch (error) {
    finished = true
    complain(`${headline()}${inspect(error)}\n`)
    process.exit(1)
  }
}

function headline(): string {
  const { kind, name } = currentProcess()
  return `${workerKinds[kind].child} ${name}:\n`
}
