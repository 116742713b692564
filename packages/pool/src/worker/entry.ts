// What a worker starts with. A thread finds its orders in workerData; a process gets them as a message.
import { isMainThread, workerData } from 'node:worker_threads'
import { adoptThreadShare, allowBlocking, installChannelCodec } from '@manyhands/base'
import { createCodec } from '@manyhands/closure/worker'
import { setLineage } from '../here/current-process.ts'
import { INIT, type ToWorkerMessage, PREPARE } from '../protocol/messages.ts'
import type { ProcessInit, ThreadInit, WorkerInit } from '../protocol/worker-init.ts'
import { enterProgram } from './enter-program.ts'
import { openInbox, receiveWith } from './inbox.ts'
import { keepOutput } from './output/process-output.ts'
import { sendOutput } from './output/thread-output.ts'
import { startWorker } from './start-worker.ts'

// It has become a worker; what it starts itself are no workers.
if (isMainThread) delete process.env['MANYHANDS_WORKER']
if (isMainThread) {
  allowBlocking()
  openInbox(receive)
} else {
  begin(workerData as ThreadInit | ProcessInit)
}

function receive(message: ToWorkerMessage): void | Promise<void> {
  if (message[0] === PREPARE) {
    enterProgram(message[1])
    keepOutput()
    return import('./prepare.ts').then(({ prepare }) => prepare(message))
  }
  if (message[0] !== INIT) return
  receiveWith(undefined) // what follows is for what is started now
  const [, init, env, cwd] = message
  if (env === undefined || cwd === undefined) return begin(init)
  return import('./prepare.ts').then(({ enter }) => (enter(env, cwd), begin(init)))
}

function begin(init: WorkerInit | ProcessInit | ThreadInit): void {
  if ('share' in init) adoptThreadShare(init.share)
  setLineage(init.lineage)
  enterProgram(init.lineage.program)
  if ('port' in init) sendOutput(init.port, init.control)
  else keepOutput()
  installChannelCodec(() => createCodec({ across: 'processes' }))
  if ('body' in init) void import('./run-process.ts').then(({ runProcess }) => runProcess(init))
  else startWorker(init)
}
