// What a worker starts with. A thread finds its orders in workerData; a process gets them as its first message.
import { isMainThread, workerData } from 'node:worker_threads'
import type { Message } from '../protocol/messages.ts'
import { INIT } from '../protocol/messages.ts'
import type { ThreadInit, WorkerInit } from '../protocol/worker-init.ts'
import { startWorker } from './start-worker.ts'

if (isMainThread) {
  process.once('message', (message: Message) => {
    if (message[0] === INIT) startWorker(message[1] as WorkerInit)
  })
} else {
  startWorker(workerData as ThreadInit)
}
