import { once } from 'node:events'
import { connect as netConnect, type Socket } from 'node:net'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { installChannelCodec } from '../../../base/src/index.ts'
import { type Address, connect, type Connection, Listener, pipe, replace } from '../../src/index.ts'
import { handOver } from '../support/hand-over.ts'

// There is no path from a byte of one who has not proved who it is to what runs code: each case here lets a stranger
// say all that it could say.

const v8 = process.getBuiltinModule('node:v8')
const revived = vi.fn((encoded: object) => encoded)
const deserialize = vi.spyOn(v8, 'deserialize')
beforeAll(() =>
  installChannelCodec(() => ({ encode: value => ({ value }), encodeFailure: value => ({ value }), decode: revived })),
)
afterEach(() => {
  revived.mockClear()
  deserialize.mockClear()
})

const hello = (flag: number): Buffer =>
  Buffer.concat([Buffer.from('mhc2', 'latin1'), Buffer.of(flag), Buffer.alloc(32)])
const body = v8.serialize({ code: 'globalThis.owned = true' })
const frame = (kind: number): Buffer => {
  const head = Buffer.alloc(5)
  head.writeUInt32LE(body.length + 1)
  head[4] = kind
  return Buffer.concat([head, body])
}
const kinds = Array.from({ length: 256 }, (_, kind) => kind)

/** @returns the end of a stranger that has said `words` */
async function stranger(address: Address, words: Uint8Array): Promise<Socket> {
  const socket = netConnect(typeof address === 'string' ? { path: address } : { port: address.port })
  socket.on('error', () => {})
  socket.resume()
  await once(socket, 'connect')
  socket.write(words)
  return socket
}

test.each([
  ['a proof that is none', Buffer.concat([hello(1), Buffer.alloc(32), ...kinds.map(kind => frame(kind))])],
  ['no proof', Buffer.concat([hello(1), ...kinds.map(kind => frame(kind))])],
  ['that it has no key', Buffer.concat([hello(0), ...kinds.map(kind => frame(kind))])],
  ['another flag', Buffer.concat([hello(255), ...kinds.map(kind => frame(kind))])],
  ['no hello', Buffer.concat(kinds.map(kind => frame(kind)))],
])('with a key nothing of a stranger is read that says %s', async (_, words) => {
  using listener = await Listener.create({ port: 0 }, { authKey: 'secret' })
  const accepted = listener.accept()
  const socket = await stranger(listener.address, words)
  await expect(accepted).rejects.toMatchObject({ name: 'AuthenticationError' })
  if (!socket.closed) await once(socket, 'close')
  expect([deserialize.mock.calls.length, revived.mock.calls.length]).toEqual([0, 0])
})

test('a hello that comes in parts, or not to its end, holds up nobody', async () => {
  using listener = await Listener.create(undefined, { authKey: 'secret' })
  const begun = await stranger(listener.address, hello(1).subarray(0, 4))
  const accepted = listener.accept()
  const [client, server] = await Promise.all([connect(listener.address, { authKey: 'secret' }), accepted])
  await client.send('hello')
  expect(await server.recv()).toBe('hello')
  const refused = listener.accept()
  begun.end(hello(1).subarray(4, 20))
  await expect(refused).rejects.toMatchObject({ name: 'AuthenticationError' })
  client.close()
  server.close()
})

test('nor of one that comes where ends are handed over', async () => {
  const [here, there] = pipe()
  const { address } = there[replace]()
  const socket = await stranger(address, Buffer.concat([hello(1), Buffer.alloc(32), ...kinds.map(kind => frame(kind))]))
  if (!socket.closed) await once(socket, 'close')
  await here.send(1n)
  expect(await there.recv()).toBe(1n)
  expect([deserialize.mock.calls.length, revived.mock.calls.length]).toEqual([1, 0])
})

/** Receives a message of each kind. Bytes are taken as bytes, text as text, data is cloned, nothing else is read. */
async function expectOnlyData(connection: Connection): Promise<void> {
  expect((await connection.recvBytes()).length).toBeGreaterThan(0)
  for (const kind of kinds.slice(1)) {
    const received = connection.recv()
    if (kind === 2) expect(await received).toEqual({ code: 'globalThis.owned = true' })
    else if (kind === 10) expect(await received).toContain('globalThis.owned = true')
    else if (kind === 16) expect(await received).toBe(body.toString('utf16le'))
    else await expect(received).rejects.toMatchObject({ name: 'SerializationError' })
  }
  expect([deserialize.mock.calls.length, revived.mock.calls.length]).toEqual([1, 0])
}

test('without a key nothing but plain data is read, of whatever kind a message says it is', async () => {
  using listener = await Listener.create()
  const socket = await stranger(listener.address, Buffer.concat([hello(0), ...kinds.map(kind => frame(kind))]))
  await expectOnlyData(await listener.accept())
  socket.destroy()
})

test('nor where the end of one without a key was handed over, once and again', async () => {
  using listener = await Listener.create()
  const socket = await stranger(listener.address, Buffer.concat([hello(0), ...kinds.map(kind => frame(kind))]))
  await expectOnlyData(handOver(handOver(await listener.accept())))
  socket.destroy()
})

test('what is sent by such an end holds no code either', async () => {
  using listener = await Listener.create()
  const [client, server] = await Promise.all([connect(listener.address), listener.accept()])
  const moved = handOver(server)
  await expect(moved.send(() => {})).rejects.toMatchObject({ name: 'SerializationError' })
  await moved.send({ n: 1 })
  expect(await client.recv()).toEqual({ n: 1 })
  client.close()
})

test('a message that is too long for a stranger is refused at its length', async () => {
  using listener = await Listener.create()
  const socket = await stranger(listener.address, Buffer.concat([hello(0), Buffer.from([1, 0, 0, 4, 0])]))
  const connection = await listener.accept()
  expect(await connection.poll({ timeoutMs: 20 })).toBe(false) // 64 MiB may come
  socket.destroy()
  const another = await stranger(listener.address, Buffer.concat([hello(0), Buffer.from([2, 0, 0, 4, 0])]))
  await expect((await listener.accept()).recvBytes()).rejects.toMatchObject({
    name: 'MessageTooLongError',
    length: 2 ** 26 + 1,
    maxLength: 2 ** 26,
  })
  another.destroy()
})
