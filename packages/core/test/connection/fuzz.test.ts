import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { isParallelError } from '@manyhands/base'
import { afterAll, describe, expect, test } from 'vitest'
import { FrameSeal } from '../../src/connection/frame-seal.ts'
import { type Frame, frameHead, FrameParser, isOfTransport } from '../../src/connection/frames.ts'
import { shakeHands } from '../../src/connection/handshake.ts'
import { RingTransport } from '../../src/connection/ring-transport.ts'
import { SocketTransport } from '../../src/connection/socket-transport.ts'
import { Connection, Listener } from '../../src/index.ts'
import { decodeFrame, encodeFrame } from '../../src/values/frame-values.ts'
import { damage } from '../support/damage.ts'
import { random } from '../support/random.ts'

/** In each test. More find what is rarer: `FUZZ_FRAMES=40000 npx vitest run test/connection/fuzz.test.ts`. */
const FRAMES = Number(process.env['FUZZ_FRAMES'] ?? 2000)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20261130)
const MAX_BYTES = 1 << 16
const FRAMES_EACH = 20
const timeout = 180_000 + FRAMES * 20

const next = random(SEED)
const below = (n: number): number => Math.floor(next() * n)
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => below(256))

const values: readonly (() => unknown)[] = [
  () => below(1e9) / 7,
  () => 'text'.repeat(below(20)),
  () => '\ud800 alone',
  () => ({ name: 'plain', list: [1, 2, { deep: true }] }),
  () => new Map([['a', new Set([1n, -5n])]]),
  () => [bytes(below(40)), new Date(below(1e9)), /a+/g],
  () => new RangeError('an error'),
  () => undefined,
  () => null,
  () => below(2) === 0,
]

function validFrame(): Frame {
  if (below(8) === 0) return { kind: 0, body: bytes(below(50)) }
  return encodeFrame(values[below(values.length)]?.(), false)
}

/** Of any kind, those of transports included. */
function anyFrame(): Frame {
  switch (below(4)) {
    case 0:
      return { kind: below(22), body: bytes(below(30)) }
    case 1:
      return { kind: below(22), body: validFrame().body }
    case 2:
      return { kind: below(22), body: Buffer.from(JSON.stringify({ id: 'none', path: '/dev/null', named: false })) }
    default:
      return validFrame()
  }
}

function inBytes(frame: Frame, seal?: FrameSeal): Buffer {
  const head = frameHead(frame)
  return Buffer.concat([head, frame.body, ...(seal === undefined ? [] : [seal.tag(head, frame.body)])])
}

function* chunksOf(stream: Buffer): Generator<Buffer> {
  for (let at = 0; at < stream.length;) {
    const to = at + 1 + below(100)
    yield stream.subarray(at, to)
    at = to
  }
}

/** Hands the frames of a damaged stream to `take` until the parser refuses it. */
async function parse(stream: Buffer, parser: FrameParser, take: (frame: Frame) => unknown): Promise<unknown> {
  try {
    for (const chunk of chunksOf(stream)) for (const frame of parser.push(chunk)) await take(frame)
    return undefined
  } catch (error) {
    return error
  }
}

test.each([false, true])(
  'damaged frames, trusted: %s, are values or errors that say so',
  { timeout },
  async trusted => {
    for (let count = 0; count < FRAMES; count += FRAMES_EACH) {
      const frames = Array.from({ length: FRAMES_EACH }, () => (below(2) === 0 ? validFrame() : anyFrame()))
      const stream = damage(Buffer.concat(frames.map(frame => inBytes(frame))), next)
      let received = 0
      const refusal = await parse(stream, new FrameParser(MAX_BYTES), async frame => {
        received += frame.body.length
        if (frame.kind === 0 || isOfTransport(frame.kind)) return
        await expectDamaged(async () => await decodeFrame(frame, trusted))
      })
      expect(received).toBeLessThanOrEqual(stream.length)
      if (refusal !== undefined) expect(refusal).toMatchObject({ name: 'MessageTooLongError' })
    }
  },
)

async function expectDamaged(decode: () => Promise<unknown>): Promise<void> {
  try {
    await decode()
  } catch (error) {
    expect(error).toMatchObject({ name: 'SerializationError' })
  }
}

test('of a damaged sealed stream nothing is received but what was sent before the damage', { timeout }, async () => {
  let refused = 0
  for (let count = 0; count < FRAMES; count += FRAMES_EACH) {
    const key = bytes(32)
    const frames = Array.from({ length: FRAMES_EACH }, validFrame)
    const seal = new FrameSeal(key)
    const sent = frames.map(frame => inBytes(frame, seal))
    const whole = Buffer.concat(sent)
    const stream = damage(whole, next)
    let intact = 0
    while (intact < whole.length && whole[intact] === stream[intact]) intact++
    const received: Frame[] = []
    const refusal = await parse(stream, new FrameParser(MAX_BYTES, new FrameSeal(key)), frame => received.push(frame))
    let ends = 0
    for (const [i, frame] of received.entries()) {
      ends += (sent[i] as Buffer).length
      expect(frame.kind).toBe(frames[i]?.kind)
      expect(Buffer.compare(frame.body, frames[i]?.body as Uint8Array)).toBe(0)
    }
    expect(ends).toBeLessThanOrEqual(intact)
    if (refusal === undefined) continue
    refused++
    expect(['AuthenticationError', 'MessageTooLongError']).toContain((refusal as Error).name)
  }
  expect(refused).toBeGreaterThan(FRAMES / FRAMES_EACH / 4)
})

/** Sends frames of all kinds, and then the end, to a connection whose peer has proved that it has the key. */
async function attack(socket: Socket, connection: Connection): Promise<void> {
  socket.on('error', () => {}).resume()
  const frames = Array.from({ length: FRAMES_EACH }, () => inBytes(anyFrame()))
  const stream = Buffer.concat(frames)
  for (const chunk of chunksOf(below(2) === 0 ? stream : damage(stream, next))) socket.write(chunk)
  socket.end()
  for (;;) {
    try {
      await connection.recv({ timeoutMs: 30_000 })
    } catch (error) {
      const { name } = error as Error
      if (!isParallelError(error)) throw error
      if (name === 'InvalidStateError') await connection.recvBytes({ timeoutMs: 30_000 })
      else if (name !== 'SerializationError') {
        expect(['ConnectionClosedError', 'MessageTooLongError']).toContain(name)
        break
      }
    }
  }
  connection.close()
}

describe('a peer behind the proof that sends what it likes ends its own connection, not this program', () => {
  test('of a listener', { timeout }, async () => {
    const authKey = Buffer.from('secret')
    const listener = await Listener.create(undefined, { authKey, maxMessageBytes: MAX_BYTES })
    for (let count = 0; count < FRAMES; count += FRAMES_EACH) {
      const socket = connect(listener.address as string)
      const proof = { side: 'client', authKey, isExposed: false, timeoutMs: undefined, signal: undefined } as const
      const [connection] = await Promise.all([listener.accept(), shakeHands(socket, proof)])
      await attack(socket, connection)
    }
    listener.close()
  })

  test('of an end that was sent to a worker, which may use shared memory', { timeout }, async () => {
    const server = createServer({ pauseOnConnect: true }).listen(0, 'localhost')
    afterAll(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    for (let count = 0; count < FRAMES; count += FRAMES_EACH) {
      const socket = connect(port, 'localhost')
      const [near] = (await once(server, 'connection')) as [Socket]
      const transport = new RingTransport(new SocketTransport(near, true, MAX_BYTES), below(2) === 0)
      await attack(socket, new Connection(transport))
    }
  })
})
