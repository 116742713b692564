import { once } from 'node:events'
import { type AddressInfo, connect as dial, createServer, type Socket } from 'node:net'
import { onTestFinished, expect, test } from 'vitest'
import { connect, type Connection, Listener } from '../../src/index.ts'

/** What a man in the middle does with the bytes of one direction, from the handshake's end on. */
type Meddle = (bytes: Buffer, pass: (bytes: Buffer) => void) => void

const HANDSHAKE_BYTES = 37 + 32
const pass: Meddle = (bytes, forward) => forward(bytes)

/** A client and its server over TCP, with somebody between them who has no key. */
async function through(
  meddle: Meddle,
  meddleWithHandshake: Meddle = pass,
): Promise<{ readonly client: Promise<Connection>; readonly server: Promise<Connection> }> {
  const listener = await Listener.create({ port: 0 }, { authKey: 'secret' })
  const proxy = createServer(near => {
    const far = dial((listener.address as { port: number }).port, 'localhost')
    relay(near, far, meddleWithHandshake, meddle)
    relay(far, near, meddleWithHandshake, pass)
  })
  proxy.listen(0, 'localhost')
  await once(proxy, 'listening')
  onTestFinished(() => {
    proxy.close()
    listener.close()
  })
  const address = { host: 'localhost', port: (proxy.address() as AddressInfo).port }
  return { client: connect(address, { authKey: 'secret', timeoutMs: 10_000 }), server: listener.accept() }
}

function relay(from: Socket, to: Socket, handshake: Meddle, meddle: Meddle): void {
  let seen = 0
  from.on('error', () => {}).on('close', () => to.destroy())
  from.on('data', (bytes: Buffer) => {
    const ofHandshake = Math.min(bytes.length, Math.max(0, HANDSHAKE_BYTES - seen))
    seen += bytes.length
    const forward = (part: Buffer): void => void to.write(part)
    if (ofHandshake > 0) handshake(bytes.subarray(0, ofHandshake), forward)
    if (ofHandshake < bytes.length) meddle(bytes.subarray(ofHandshake), forward)
  })
}

/** Where the server waits after each message, one message comes in one piece. */
async function oneByOne(meddle: Meddle): Promise<unknown> {
  const ends = await through(meddle)
  const [client, server] = await Promise.all([ends.client, ends.server])
  onTestFinished(() => client.close())
  try {
    for (const word of ['first', 'second', 'third']) {
      await client.send(word)
      if ((await server.recv({ timeoutMs: 10_000 })) !== word) return 'another message'
    }
    return 'all'
  } catch (error) {
    return error
  }
}

test('messages of all sizes pass, also from memory that others may change', async () => {
  const ends = await through(pass)
  const [client, server] = await Promise.all([ends.client, ends.server])
  const shared = new Uint8Array(new SharedArrayBuffer(100_000)).fill(7)
  const sent = [
    client.send('text'),
    client.sendBytes(shared),
    client.send({ list: [1, 2] }),
    client.sendBytes(new Uint8Array(0)),
  ]
  expect(await server.recv()).toBe('text')
  expect(await server.recvBytes()).toEqual(new Uint8Array(100_000).fill(7))
  expect(await server.recv()).toEqual({ list: [1, 2] })
  expect(await server.recvBytes()).toHaveLength(0)
  await server.send('back')
  expect(await client.recv()).toBe('back')
  await Promise.all(sent)
  client.close()
  await expect(server.recv()).rejects.toMatchObject({ name: 'ConnectionClosedError' })
})

test('nothing is lost where nobody meddles', async () => {
  expect(await oneByOne(pass)).toBe('all')
})

let count = 0
test.each<readonly [string, Meddle]>([
  ['changed in its head', (bytes, forward) => forward(flip(bytes, 4))],
  ['changed in its body', (bytes, forward) => forward(flip(bytes, 6))],
  ['changed in its seal', (bytes, forward) => forward(flip(bytes, bytes.length - 1))],
  ['repeated', (bytes, forward) => forward(Buffer.concat([bytes, bytes]))],
  ['left out', (bytes, forward) => (count++ === 0 ? forward(Buffer.alloc(0)) : forward(bytes))],
])('a message that is %s on its way closes the connection', async (what, meddle) => {
  count = 0
  if (what === 'left out') {
    const ends = await through(meddle)
    const [client, server] = await Promise.all([ends.client, ends.server])
    await client.send('first')
    while (count === 0) await new Promise(resolve => setImmediate(resolve))
    await client.send('second')
    await expect(server.recv()).rejects.toMatchObject({ name: 'AuthenticationError' })
    return
  }
  expect(await oneByOne(meddle)).toMatchObject({
    name: 'AuthenticationError',
    message: expect.stringContaining('somebody on the way') as string,
  })
})

test('who takes the seals out of the handshake breaks it', async () => {
  let first = true
  const withoutBit: Meddle = (bytes, forward) => {
    const taken = Buffer.from(bytes)
    if (first || taken.toString('latin1', 0, 4) === 'mhc2') taken[4] = (taken[4] as number) & ~2
    first = false
    forward(taken)
  }
  const { client, server } = await through(pass, withoutBit)
  const outcomes = await Promise.allSettled([client, server])
  expect(outcomes).toMatchObject([
    { status: 'rejected', reason: { name: 'AuthenticationError' } },
    { status: 'rejected', reason: { name: 'AuthenticationError' } },
  ])
})

function flip(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] as number) ^ 1
  return changed
}
