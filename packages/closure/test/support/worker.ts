import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { createCodec, pack } from '../../src/index.ts'

interface Answer {
  readonly id: number
  readonly result?: object
  readonly error?: object
}

/** A thread or a process that calls what it is sent. */
export interface TestWorker {
  call<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>
  close(): Promise<void>
}

const url = new URL('./worker.mjs', import.meta.url)

export async function startWorker(across: 'threads' | 'processes'): Promise<TestWorker> {
  const codec = createCodec({ across })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const receive = ({ id, result, error }: Answer): void => {
    const call = waiting.get(id)
    waiting.delete(id)
    try {
      if (error !== undefined) void Promise.resolve(codec.decode(error)).then(call?.reject)
      else call?.resolve(codec.decode(result ?? []))
    } catch (damaged) {
      call?.reject(damaged)
    }
  }
  const peer = across === 'threads' ? startThread(receive) : startProcess(receive)
  let next = 0
  return {
    async call(fn, ...args) {
      const id = next++
      const call = Promise.withResolvers<unknown>()
      waiting.set(id, call)
      const encoded = args.map(arg => (typeof arg === 'object' && arg !== null ? codec.encode(arg, new Set()) : [arg]))
      peer.send({ id, packed: pack(fn, { across }), encoded })
      return (await call.promise) as never
    },
    close: peer.close,
  }
}

interface Peer {
  send(message: object): void
  close(): Promise<void>
}

function startThread(receive: (answer: Answer) => void): Peer {
  const thread = new Worker(url, { execArgv: ['--conditions=@manyhands/source'] })
  thread.on('message', receive)
  return {
    send: message => thread.postMessage(message),
    close: async () => void (await thread.terminate()),
  }
}

function startProcess(receive: (answer: Answer) => void): Peer {
  const child = fork(fileURLToPath(url), { serialization: 'advanced', execArgv: ['--conditions=@manyhands/source'] })
  child.on('message', answer => receive(answer as unknown as Answer))
  return {
    send: message => void child.send(message),
    close: async () => {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}
