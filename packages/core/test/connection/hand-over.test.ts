import { beforeAll, describe, expect, test } from 'vitest'
import { type Connection, ConnectionClosedError, InvalidStateError, pipe } from '../../src/index.ts'
import { installTestCodec } from '../support/connection-actions.ts'
import { connectedPair, talkedPair } from '../support/connections.ts'
import { handOver } from '../support/hand-over.ts'
import { Party } from '../support/party.ts'

beforeAll(installTestCodec)

const kinds = {
  pipe: () => Promise.resolve(pipe()),
  'a pipe through memory': talkedPair,
  'a unix socket': () => connectedPair({ authKey: 'secret' }),
  'a TCP port': () => connectedPair({ address: { port: 0 } }),
} as const

/** An end of a connection, wherever it is by now. */
class Wanderer {
  #at: Connection

  constructor(at: Connection) {
    this.#at = at
  }

  move(): void {
    this.#next.set(this.#at, (this.#at = handOver(this.#at)))
  }

  readonly #next = new Map<Connection, Connection>()

  /** Does it where the end is, beginning where it was once. */
  async #do(from: Connection, step: (connection: Connection) => Promise<void>): Promise<Connection> {
    for (let connection = from; ;) {
      try {
        await step(connection)
        return connection
      } catch (error) {
        const next = this.#next.get(connection)
        if (next === undefined || !(error instanceof InvalidStateError)) throw error
        connection = next
      }
    }
  }

  async send(count: number): Promise<void> {
    let at = this.#at
    for (let i = 0; i < count; i++) {
      const message = new Uint32Array(1 + ((i * 7919) % 20_000))
      message[0] = i
      at = await this.#do(at, connection => connection.sendBytes(message))
    }
  }

  async receive(count: number): Promise<number[]> {
    const received: number[] = []
    let at = this.#at
    for (let i = 0; i < count; i++) {
      at = await this.#do(at, async connection => {
        const bytes = await connection.recvBytes()
        received.push(new Uint32Array(bytes.buffer)[0] as number)
      })
    }
    return received
  }
}

const COUNT = 600
const all = Array.from({ length: COUNT }, (_, i) => i)

describe.each(Object.entries(kinds))('over %s', (_, make) => {
  test('messages that stream both ways stay whole and in order while both ends are sent on repeatedly', async () => {
    const ends = (await make()).map(end => new Wanderer(end))
    const [a, b] = ends as [Wanderer, Wanderer]
    let moving = true
    const move = (async () => {
      for (let i = 0; moving && i < 8; i++) {
        ends[i % 2]?.move()
        for (let turn = 0; turn < 30; turn++) await new Promise(setImmediate)
      }
    })()
    const outcome = await Promise.all([a.receive(COUNT), b.receive(COUNT), a.send(COUNT), b.send(COUNT)])
    moving = false
    await move
    expect(outcome.slice(0, 2)).toEqual([all, all])
  })

  test('what was sent from an end to one that is full arrives when that end is handed over', async () => {
    const [here, there] = await make()
    const sent: Promise<void>[] = []
    for (let i = 0; i < 40; i++) sent.push(there.sendBytes(new Uint8Array(100_000).fill(i)))
    await here.poll({ timeoutMs: 60_000 })
    const moved = handOver(there)
    await moved.sendBytes(Uint8Array.of(40))
    for (let i = 0; i <= 40; i++) expect((await here.recvBytes())[0]).toBe(i)
    await Promise.all(sent)
  })

  test('one that is full is still not filled any further when the other end is handed over', async () => {
    const [here, there] = await make()
    for (let i = 0; i < 20; i++) void there.sendBytes(new Uint8Array(100_000))
    await here.poll({ timeoutMs: 60_000 })
    const moved = handOver(there)
    let sent = 0
    const sending = (async () => {
      for (; sent < 200; sent++) await moved.sendBytes(new Uint8Array(100_000))
    })()
    let before = -1
    while (before !== sent || sent === 0) {
      before = sent
      for (let i = 0; i < 50; i++) await new Promise(setImmediate)
    }
    expect(sent).toBeLessThan(200)
    for (let i = 0; i < 220; i++) await here.recvBytes()
    await sending
  })

  test('what is sent and closed before it has arrived itself still arrives', async () => {
    const [here, there] = await make()
    const moved = handOver(there)
    const sent = [moved.send(1), moved.send(2)]
    moved.close()
    expect([await here.recv(), await here.recv()]).toEqual([1, 2])
    await expect(here.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
    await Promise.all(sent)
  })

  test('an end that comes while it is handed over is told at each end', async () => {
    const [here, there] = await make()
    const moved = handOver(handOver(there))
    await here.send('last')
    here.close()
    expect(await moved.recv()).toBe('last')
    await expect(moved.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
    await expect(moved.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
  })

  test('both ends may be handed over, and each back again; who waits hears the end', async () => {
    const [here, there] = await make()
    const [a, b] = [handOver(handOver(here)), handOver(handOver(there))]
    void a.send('to b')
    void b.send('to a')
    expect([await a.recv(), await b.recv()]).toEqual(['to a', 'to b'])
    const waiting = expect(a.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
    b.close()
    await waiting
  })
})

test('a second claim of what was handed over already is told, at once', async () => {
  const [here, there] = pipe()
  const first = handOver(there)
  const second = handOver(there)
  void here.send('for one')
  const outcomes = await Promise.allSettled([first.recv(), second.recv()])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(outcomes[1]).toMatchObject({ reason: { name: 'ConnectionClosedError' } })
  await expect(second.send(1)).rejects.toBeInstanceOf(ConnectionClosedError)
})

test.each(['threads', 'processes'] as const)(
  'an end goes through two of the %s and back while messages stream, and who is between may not go',
  async kind => {
    await using first = new Party(kind)
    await using second = new Party(kind)
    const [here, there] = pipe()
    const sending = (async () => {
      for (let i = 0; i < COUNT; i++) await here.send(i)
    })()
    const byFirst = await first.call('handBack', there)
    const bySecond = await second.call('handBack', byFirst)
    const received: unknown[] = []
    for (let i = 0; i < COUNT; i++) received.push(await bySecond.recv())
    await sending
    expect(received).toEqual(all)
    const waiting = [here.recv(), bySecond.recv()].map(wait =>
      expect(wait).rejects.toBeInstanceOf(ConnectionClosedError),
    )
    await first.kill()
    await Promise.all(waiting)
  },
)
