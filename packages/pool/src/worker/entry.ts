// What a worker starts with. A thread finds its orders in workerData; a process gets them as a message.
import { isMainThread, workerData } from 'node:worker_threads'
import { createCodec } from '@manyhands/closure/worker'
import { adoptThreadShare, allowBlocking, installChannelCodec } from '@manyhands/base'
import { INIT, type Message, PREPARE } from '../protocol/messages.ts'
import type { ProcessInit, ThreadInit, WorkerInit } from '../protocol/worker-init.ts'
import { setLineage } from '../here/current-process.ts'
import { startWorker } from './start-worker.ts'

if (isMainThread) process.once('message', receive)
else begin(workerData as ThreadInit | ProcessInit)

function receive(message: Message): void {
  if (message[0] === PREPARE) {
    void import('./prepare.ts').then(({ prepare }) => prepare(message)).then(() => process.once('message', receive))
    return
  }
  if (message[0] !== INIT) return
  const [, init, env, cwd] = message as readonly [number, WorkerInit | ProcessInit, NodeJS.ProcessEnv | undefined, string]
  if (env === undefined) begin(init)
  else void import('./prepare.ts').then(({ enter }) => (enter(env, cwd), begin(init)))
}

function begin(init: WorkerInit | ProcessInit | ThreadInit): void {
  if ('share' in init) adoptThreadShare(init.share)
  else allowBlocking()
  setLineage(init.lineage)
  installChannelCodec(() => createCodec({ across: 'processes' }))
  if ('body' in init) void import('./run-process.ts').then(({ runProcess }) => runProcess(init))
  else startWorker(init)
}
