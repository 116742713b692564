import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

interface LockManager {
  request<T>(name: string, callback: () => T | PromiseLike<T>): Promise<T>
}

const times = 20_000

/** Node's own locks, among threads. @throws Error where this Node has none */
export async function measureWebLocks(): Promise<Record<string, number>> {
  const { locks } = navigator as { readonly locks?: LockManager }
  if (locks === undefined) throw new Error('this Node has no navigator.locks')
  const use = async (): Promise<number> => {
    const begin = performance.now()
    for (let i = 0; i < times; i++) await locks.request('bench', () => {})
    return (performance.now() - begin) / 1000
  }
  await use()
  const alone = await use()
  const text = `const { parentPort } = require('node:worker_threads')
    parentPort.once('message', async () => {
      const keepAlive = setInterval(() => {}, 1000) // a lock that is waited for does not
      const begin = performance.now()
      for (let i = 0; i < ${times}; i++) await navigator.locks.request('bench', () => {})
      clearInterval(keepAlive)
      parentPort.postMessage((performance.now() - begin) / 1000)
    })`
  const worker = new Worker(text, { eval: true })
  await once(worker, 'online')
  worker.postMessage('go')
  const [here, [there]] = (await Promise.all([use(), once(worker, 'message')])) as [number, [number]]
  return { lockUncontended: (alone / times) * 1e9, lockContended: (Math.max(here, there) / (2 * times)) * 1e9 }
}
