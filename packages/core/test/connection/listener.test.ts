import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect as netConnect, createServer, Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { newSharedId } from '@manyhands/base'
import { afterAll, describe, expect, test } from 'vitest'
import { shakeHands } from '../../src/connection/handshake.ts'
import {
  type Address,
  AuthenticationError,
  connect,
  InvalidStateError,
  Listener,
  SerializationError,
} from '../../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'manyhands-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const addresses: readonly [string, () => Address | undefined][] = [
  ['no address', () => undefined],
  ['a path', () => join(folder, newSharedId())],
  ['an abstract socket', () => `\0manyhands-test-${newSharedId()}`],
  ['a port', () => ({ port: 0 })],
  ['a host and a port', () => ({ host: '127.0.0.1', port: 0 })],
]

describe.each(addresses)('listening at %s', (_, address) => {
  // CPython: test_listener_client, test_abstract_socket, test_context
  test.each([undefined, 'secret'])(
    'C10 clients connect and talk (key %s); after close nothing is accepted',
    async authKey => {
      const listener = await Listener.create(address(), { authKey })
      const client = await connect(listener.address, { authKey })
      const server = await listener.accept()
      await client.send('hello')
      expect(await server.recv()).toBe('hello')
      listener.close()
      listener.close()
      await expect(listener.accept()).rejects.toBeInstanceOf(InvalidStateError)
      await server.send('still here')
      expect(await client.recv()).toBe('still here')
      await expect(connect(listener.address, { authKey })).rejects.toThrow(/ECONNREFUSED|ENOENT/)
      client.close()
      server.close()
    },
  )

  // CPython: _TestListener.test_multiple_bind
  test('C09 an address is taken once', async () => {
    using listener = await Listener.create(address())
    await expect(Listener.create(listener.address)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  // CPython: test_issue14725
  test('C11 what a client sent that is gone already is received by who accepts late', async () => {
    using listener = await Listener.create(address(), { authKey: 'k' })
    const client = await connect(listener.address, { authKey: 'k' })
    await client.send('hello')
    client.close()
    const server = await listener.accept()
    expect(await server.recv()).toBe('hello')
  })
})

test('a private address is for this user alone, and leaves nothing behind', async () => {
  const listener = await Listener.create()
  const path = listener.address as string
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
  listener.close()
  expect(existsSync(dirname(path))).toBe(false)
})

// CPython: test_deliver_challenge_auth_failure, test_answer_challenge_auth_failure
test.each([
  ['another key', 'one', 'two', /different authKey|its authKey differs/],
  ['none at the client', 'one', undefined, /requires an authKey|has none/],
  ['none at the listener', undefined, 'two', /requires an authKey|has none/],
] as const)(
  'C14 %s is an AuthenticationError at both ends, and the listener goes on',
  async (_, listenerKey, clientKey, message) => {
    using listener = await Listener.create(undefined, { authKey: listenerKey })
    const [client, accepted] = await Promise.allSettled([
      connect(listener.address, { authKey: clientKey }),
      listener.accept(),
    ])
    for (const outcome of [client, accepted]) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { name: 'AuthenticationError', code: 'ERR_MANYHANDS_AUTHENTICATION' },
      })
      expect(String((outcome as PromiseRejectedResult).reason)).toMatch(message)
    }
    const [again] = await Promise.all([listener.accept(), connect(listener.address, { authKey: listenerKey })])
    expect(again.closed).toBe(false)
  },
)

test('an answer that is sent back as it came proves nothing, and a stranger gets no proof at all', async () => {
  using listener = await Listener.create(undefined, { authKey: 'secret', handshakeTimeoutMs: 20 })
  const socket = netConnect(listener.address as string)
  let told = 0
  // Says what the listener says.
  socket.on('data', (chunk: Buffer) => {
    told += chunk.length
    socket.write(chunk)
  })
  socket.on('error', () => {})
  await expect(listener.accept()).rejects.toBeInstanceOf(AuthenticationError)
  expect(told).toBe(37)
  // At the client as well: what listens here says what the client says, nonce and proof.
  const echo = createServer(peer => void peer.pipe(peer)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  await expect(
    connect({ port: (echo.address() as { port: number }).port, host: '127.0.0.1' }, { authKey: 'secret' }),
  ).rejects.toThrow('the other end has a different authKey')
  echo.close()
})

test('no more than the handshake is read of a stranger, and what talks otherwise is told', async () => {
  using listener = await Listener.create(undefined, { authKey: 'secret' })
  const socket = netConnect(listener.address as string)
  socket.on('error', () => {})
  socket.write(Buffer.alloc(1 << 20, 'GET / HTTP/1.1\r\n'))
  await expect(listener.accept()).rejects.toThrow('the other end is not a manyhands connection')
})

test('one that says nothing is dropped when its time is over', async () => {
  using listener = await Listener.create(undefined, { authKey: 'secret', handshakeTimeoutMs: 20 })
  const socket = netConnect(listener.address as string)
  await expect(listener.accept()).rejects.toMatchObject({
    name: 'AuthenticationError',
    message: expect.stringContaining('failed authentication') as unknown,
    cause: { name: 'WaitTimeoutError', timeoutMs: 20 },
  })
  socket.resume()
  await once(socket, 'close')
})

test('connecting to what is no listener of ours ends', async () => {
  const silent: Socket[] = []
  const server = createServer(socket => void silent.push(socket)).listen(0)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await expect(connect({ port }, { timeoutMs: 20 })).rejects.toMatchObject({ name: 'WaitTimeoutError' })
  await expect(connect({ port }, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: 'CancelledError' })
  for (const socket of silent) socket.destroy()
  server.close()
})

test('without a key a message that may hold code is not read', async () => {
  using listener = await Listener.create()
  const socket = netConnect(listener.address as string)
  const server = listener.accept()
  const hello = Buffer.concat([Buffer.from('mhc2\0', 'latin1'), Buffer.alloc(32)])
  // A frame of the kind that the codec revives.
  socket.write(Buffer.concat([hello, Buffer.from([2, 0, 0, 0, 1, 0])]))
  const connection = await server
  await expect(connection.recv()).rejects.toThrow(/from an unauthenticated peer: it was not decoded/)
  await expect(connection.send(() => {})).rejects.toMatchObject({ hint: expect.stringContaining('authKey') as unknown })
  socket.destroy()
})

test('the proof is an HMAC of both hellos and the side, so that other programs can speak it', async () => {
  using listener = await Listener.create(undefined, { authKey: 'secret' })
  const socket = netConnect(listener.address as string)
  const accepted = listener.accept()
  const said = Buffer.concat([Buffer.from('mhc2\u0001', 'latin1'), Buffer.alloc(32, 7)])
  socket.write(said)
  const received = once(socket, 'readable')
  await received
  let hello: Buffer | null = null
  while ((hello = socket.read(37) as Buffer | null) === null) await once(socket, 'readable')
  const mac = (side: string): Buffer => createHmac('sha256', 'secret').update(side).update(hello).update(said).digest()
  socket.write(mac('client'))
  let proof: Buffer | null = null
  while ((proof = socket.read(32) as Buffer | null) === null) await once(socket, 'readable')
  expect(proof.equals(mac('listener'))).toBe(true)
  ;(await accepted).close()
})

test('a message that is longer than allowed closes the connection before it is received', async () => {
  using listener = await Listener.create(undefined, { maxMessageBytes: 1000 })
  const [client, server] = await Promise.all([connect(listener.address), listener.accept()])
  client.sendBytes(new Uint8Array(1001)).catch(() => {})
  await expect(server.recvBytes()).rejects.toMatchObject({ name: 'MessageTooLongError', length: 1001, maxLength: 1000 })
})

test('a connection that ends in the middle of a message says so', async () => {
  using listener = await Listener.create()
  const socket = netConnect(listener.address as string)
  const accepted = listener.accept()
  socket.end(Buffer.concat([Buffer.from('mhc2\0', 'latin1'), Buffer.alloc(32), Buffer.from([200, 0, 0, 0, 0, 1])]))
  await expect((await accepted).recvBytes()).rejects.toThrow('in the middle of a message')
})

test('a damaged message is a SerializationError', async () => {
  using listener = await Listener.create()
  const socket = netConnect(listener.address as string)
  const accepted = listener.accept()
  socket.write(
    Buffer.concat([Buffer.from('mhc2\0', 'latin1'), Buffer.alloc(32), Buffer.from([4, 0, 0, 0, 2, 255, 15, 99])]),
  )
  const connection = await accepted
  await expect(connection.recv()).rejects.toBeInstanceOf(SerializationError)
  socket.destroy()
})

test('accept takes a time limit and a signal, and connections that wait are bounded', async () => {
  using listener = await Listener.create(undefined, { backlog: 1 })
  await expect(listener.accept({ timeoutMs: 5 })).rejects.toMatchObject({ name: 'WaitTimeoutError' })
  await expect(listener.accept({ signal: AbortSignal.abort('no') })).rejects.toMatchObject({
    name: 'CancelledError',
    cause: 'no',
  })
  const first = await connect(listener.address)
  await expect(connect(listener.address)).rejects.toThrow()
  const server = await listener.accept()
  await first.send(1)
  expect(await server.recv()).toBe(1)
  const waiting = listener.accept()
  listener.close()
  await expect(waiting).rejects.toBeInstanceOf(InvalidStateError)
})

test('a listener is iterated until it is closed', async () => {
  const listener = await Listener.create({ port: 0 })
  const clients = [connect(listener.address), connect(listener.address)]
  let accepted = 0
  for await (const connection of listener) {
    connection.close()
    expect(listener.lastAccepted).toMatchObject({ port: expect.any(Number) as unknown })
    if (++accepted === 2) listener.close()
  }
  expect(accepted).toBe(2)
  for (const client of clients) (await client).close()
})

test('a crowd that says nothing, or is refused while nobody accepts, keeps no honest client out', async () => {
  using listener = await Listener.create(undefined, { authKey: 'secret' })
  const sockets: Socket[] = []
  const come = async (): Promise<void> => {
    const socket = netConnect(listener.address as string)
    socket.on('error', () => {})
    sockets.push(socket)
    await once(socket, 'connect')
  }
  for (let i = 0; i < 300; i++) await come()
  const client = await connect(listener.address, { authKey: 'secret' })
  await client.send('let in')
  expect(await (await listener.accept()).recv()).toBe('let in')
  await Promise.all(Array.from({ length: 200 }, () => connect(listener.address, { authKey: 'wrong' }).catch(() => {})))
  const again = await connect(listener.address, { authKey: 'secret' })
  expect((await listener.accept()).closed).toBe(false)
  again.close()
  for (const socket of sockets) socket.destroy()
})

test('a stranger does not end the iteration', async () => {
  const listener = await Listener.create(undefined, { authKey: 'secret' })
  const accepted = (async () => {
    for await (const connection of listener) return connection
    return undefined
  })()
  await expect(connect(listener.address, { authKey: 'wrong' })).rejects.toBeInstanceOf(AuthenticationError)
  const client = await connect(listener.address, { authKey: 'secret' })
  await client.send('in')
  expect(await (await accepted)?.recv()).toBe('in')
  listener.close()
})

test('an error of the system while one is accepted is told, and ends nothing', async () => {
  using listener = await Listener.create()
  const first = listener.accept()
  const server = (process as unknown as { _getActiveHandles(): unknown[] })
    ._getActiveHandles()
    .find(handle => handle instanceof Server && handle.address() === listener.address) as Server
  server.emit('error', new Error('EMFILE'))
  await expect(first).rejects.toThrow('EMFILE')
  server.emit('error', new Error('EMFILE')) // nobody waits
  const [client] = await Promise.all([connect(listener.address), listener.accept()])
  client.close()
})

test('a connection that is given up while it is made does not go on being made', async () => {
  const socket = netConnect({ host: 'nowhere.invalid', port: 1, lookup: () => {} })
  await expect(
    shakeHands(socket, { side: 'client', authKey: undefined, isExposed: true, timeoutMs: 5, signal: undefined }),
  ).rejects.toMatchObject({ name: 'WaitTimeoutError' })
  expect(socket.destroyed).toBe(true)
})

test('what comes byte by byte is understood', async () => {
  using listener = await Listener.create()
  const socket = netConnect(listener.address as string)
  const accepted = listener.accept()
  const frames = [Buffer.from([1, 0, 0, 0, 0]), Buffer.from([3, 0, 0, 0, 0, 7, 8])]
  for (const byte of Buffer.concat([Buffer.from('mhc2\0', 'latin1'), Buffer.alloc(32), ...frames])) {
    await new Promise(resolve => socket.write(Buffer.of(byte), resolve))
  }
  const connection = await accepted
  expect([...(await connection.recvBytes())]).toEqual([])
  expect([...(await connection.recvBytes())]).toEqual([7, 8])
  socket.destroy()
})

// CPython: TestInvalidFamily
test('C19 what is no address is told', async () => {
  await expect(connect('\\\\.\\pipe\\x')).rejects.toThrow(/is a Windows pipe/)
  await expect(connect('')).rejects.toThrow(RangeError)
  await expect(connect(5 as never)).rejects.toThrow(new TypeError('address must be a path or { host, port }, got 5'))
  await expect(connect({ port: 70_000 })).rejects.toThrow(
    new RangeError('address.port must be an integer from 0 to 65535, got 70000'),
  )
  await expect(connect({ port: 1, hots: 'x' } as never)).rejects.toThrow(TypeError)
  await expect(Listener.create(undefined, { authKey: '' })).rejects.toThrow(new RangeError('authKey must not be empty'))
  await expect(Listener.create(undefined, { authKey: 5 as never })).rejects.toThrow(TypeError)
})
