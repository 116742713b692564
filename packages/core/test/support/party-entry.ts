// What a party runs: actions by name, with arguments that are revived here.
import { isMainThread, parentPort, threadId, workerData } from 'node:worker_threads'
import { adoptThreadShare, type ThreadShare } from '../../../base/src/index.ts'
import * as actions from './actions.ts'
import { fromMessage, toMessage } from './travel.ts'

interface Call {
  readonly id: number
  readonly action: string
  readonly args: unknown
}

const across = isMainThread ? 'processes' : 'threads'
const answer = (message: unknown): void =>
  void (isMainThread ? process.send?.(message) : parentPort?.postMessage(message))

async function receive({ id, action, args }: Call): Promise<void> {
  try {
    const run = (actions as Readonly<Record<string, unknown>>)[action] as (...args: unknown[]) => unknown
    answer({ id, value: toMessage(await run(...(fromMessage(args) as unknown[])), across) })
  } catch (error) {
    const { name, message, code } = error as NodeJS.ErrnoException
    answer({
      id,
      error: {
        name,
        code,
        message: `${message} (in ${across === 'threads' ? `thread ${threadId}` : `process ${process.pid}`})`,
      },
    })
  }
}

if (!isMainThread) adoptThreadShare(workerData as ThreadShare)

if (isMainThread) {
  process.on('message', message => void receive(message as Call))
  process.on('disconnect', () => process.exit())
} else {
  parentPort?.on('message', message => void receive(message as Call))
}
