import { expect, test } from 'vitest'
import { disposePerWorker, onPerWorkerResource, perWorker } from '../src/index.ts'

test('resources are disposed of in reverse order; what a dispose throws becomes a warning', async () => {
  const warned = new Promise<Error>(resolve => void process.once('warning', resolve))
  const seen: string[] = []
  let notified = 0
  onPerWorkerResource(() => notified++)
  const first = perWorker(() => 'first', { dispose: name => void seen.push(name) })
  const failing = perWorker(() => 'failing', {
    dispose: () => {
      throw new Error('cannot be closed')
    },
  })
  const last = perWorker(async () => 'last', { dispose: async name => void seen.push(name) })
  const kept = perWorker(() => 'kept')
  expect([kept.value, first.value, failing.value, await last.get(), first.value]).toEqual([
    'kept',
    'first',
    'failing',
    'last',
    'first',
  ])
  expect(notified).toBe(1)
  await disposePerWorker()
  expect(seen).toEqual(['last', 'first'])
  expect((await warned).message).toBe('cannot be closed')
  expect(disposePerWorker()).toBeUndefined()
})
