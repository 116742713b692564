import { once } from 'node:events'
import { connect as netConnect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { ConnectionClosedError, pipe, waitAny } from '../../src/index.ts'
import { connectedPair } from '../support/connections.ts'

// CPython: TestWait.test_wait, test_wait_slow
test.each(['pipes', 'sockets'])('C15 all messages of four %s are collected, and their ends', async kind => {
  const pairs = await Promise.all(
    [0, 1, 2, 3].map(() => (kind === 'pipes' ? Promise.resolve(pipe()) : connectedPair({}))),
  )
  const senders = pairs.map(async ([sender], i) => {
    for (let k = 0; k < 10; k++) {
      await sender.send([k, i])
      if (k % 3 === 0) await new Promise(setImmediate)
    }
    sender.close()
  })
  const open = new Set(pairs.map(([, reader]) => reader))
  const messages: unknown[] = []
  while (open.size > 0) {
    for (const reader of await waitAny(open)) {
      try {
        messages.push(await reader.recv())
      } catch (error) {
        expect(error).toBeInstanceOf(ConnectionClosedError)
        open.delete(reader)
        reader.close()
      }
    }
  }
  await Promise.all(senders)
  expect((messages as [number, number][]).toSorted(([a, i], [b, k]) => a - b || i - k)).toEqual(
    Array.from({ length: 10 }, (_, k) => [0, 1, 2, 3].map(i => [k, i])).flat(),
  )
})

// CPython: test_wait_socket
test('C16 plain sockets are waited for, their ends too', async () => {
  const server = createServer(socket => {
    socket.write('hello')
    socket.end()
  }).listen(0)
  await once(server, 'listening')
  const socket = netConnect((server.address() as { port: number }).port)
  expect(await waitAny([socket])).toEqual([socket])
  let text = ''
  while (!socket.readableEnded) {
    await waitAny([socket])
    text += String(socket.read() ?? '')
  }
  expect(text).toBe('hello')
  server.close()
})

// CPython: test_wait_timeout, test_neg_timeout
test('C17, C18 a time limit gives what is ready, which may be nothing', async () => {
  const [a, b] = pipe()
  const [, c] = pipe()
  expect(await waitAny([b, c], { timeoutMs: 5 })).toEqual([])
  expect(await waitAny([b, c], { timeoutMs: -1 })).toEqual([])
  await a.send(1)
  expect(await waitAny([c, b], { timeoutMs: 60_000 })).toEqual([b])
  expect(await waitAny([])).toEqual([])
  await expect(waitAny([b], { signal: AbortSignal.abort('no') })).rejects.toMatchObject({ name: 'CancelledError' })
  await expect(waitAny([5 as never])).rejects.toThrow(
    new TypeError('waitAny takes connections, sockets and sentinels, got 5'),
  )
})
