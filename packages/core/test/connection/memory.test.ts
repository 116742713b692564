import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { slot } from '../../../base/src/slots.ts'
import { FrameReader, FrameWriter, TO_SOCKET, TWO_RINGS_BYTES } from '../../src/connection/frame-ring.ts'
import type { Frame } from '../../src/connection/frames.ts'
import { type Connection, ConnectionClosedError, pipe } from '../../src/index.ts'
import { findMemoryProvider } from '../../src/region/provider.ts'
import { talkedPair } from '../support/connections.ts'
import { Party } from '../support/party.ts'

const maps = (): number =>
  readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .filter(line => line.includes('/dev/shm/')).length

/** Says `count` numbers, one after the other, and waits for each to come back. */
async function talk(connection: Connection, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await connection.send(i)
    expect(await connection.recv()).toBe(i)
  }
}

test('those who have talked for a while have memory, which is given back when either end is closed', async () => {
  const before = maps()
  const [a, b] = await talkedPair()
  expect(maps()).toBeGreaterThan(before)
  a.close()
  await expect(b.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
  b.close()
  expect(maps()).toBe(before)
})

describe('where there is no memory', () => {
  findMemoryProvider()
  const state = (): { loaders: unknown; provider: unknown } => slot('core.memoryProvider', () => expect.unreachable())
  const original = { ...state() }
  afterEach(() => void Object.assign(state(), original))

  test('they go on by the socket', async () => {
    Object.assign(state(), { loaders: [() => undefined], provider: undefined })
    const before = maps()
    const [a, b] = await talkedPair()
    expect(maps()).toBe(before)
    await a.send('still')
    expect(await b.recv()).toBe('still')
    a.close()
  })

  test('at the end that is offered it, they do so too', async () => {
    const before = maps()
    const [here, sent] = pipe()
    await using party = new Party('processes')
    const talking = party.call('answerAndSend', sent, 200, 1)
    Object.assign(state(), { loaders: [() => undefined], provider: undefined })
    await talk(here, 200)
    expect(await here.recv()).toBe(0)
    expect(maps()).toBe(before)
    await talking
  })
})

describe.each(['threads', 'processes'] as const)('with one of the %s', kind => {
  test('what was sent before the other end was killed still arrives', async () => {
    const party = new Party(kind)
    const [here, there] = pipe()
    const answered = party.call('answerAndSend', there, 100, 3000)
    await talk(here, 100)
    await answered
    await party.kill()
    for (let i = 0; i < 3000; i++) expect(await here.recv()).toBe(i)
    await expect(here.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
    await expect(here.send(1)).rejects.toBeInstanceOf(ConnectionClosedError)
  })

  test('messages of all sizes stay whole and in order, whichever way they go', async () => {
    await using party = new Party(kind)
    const [here, there] = pipe()
    // Around the end of the ring, beyond the longest that it takes, and more than it holds at a time.
    const sizes = Array.from({ length: 1500 }, (_, i) => (i < 200 ? i : (i * 7919) % (i % 10 === 0 ? 90_000 : 3000)))
    const echoing = party.call('echoBytes', there, sizes.length)
    const sending = (async () => {
      for (const [i, size] of sizes.entries()) await here.sendBytes(new Uint8Array(size).fill(i))
    })()
    for (const [i, size] of sizes.entries()) {
      const bytes = await here.recvBytes()
      expect(bytes.length).toBe(size)
      expect(bytes.every(byte => byte === (i & 255))).toBe(true)
      expect(bytes.buffer.byteLength).toBe(size)
    }
    await Promise.all([sending, echoing])
  })

  test('a conversation goes on after a pause in which both sleep', async () => {
    await using party = new Party(kind)
    const [here, there] = pipe()
    await party.call('beginToDouble', there)
    for (let i = 0; i < 200; i++) {
      if (i % 20 === 0) expect(await here.poll({ timeoutMs: 5 })).toBe(false)
      await here.send(i)
      expect(await here.recv()).toBe(2 * i)
    }
    here.close()
  })
})

describe('the frames in a ring', () => {
  const make = (): [FrameWriter, FrameReader] => {
    const buffer = new ArrayBuffer(TWO_RINGS_BYTES)
    return [new FrameWriter(buffer, 1), new FrameReader(buffer, 1)]
  }
  const body = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)

  test('come out as they went in, around its end and until it is full', () => {
    const [writer, reader] = make()
    const frame = (i: number): Frame => ({ kind: i % 9, body: body((i * 7919) % 5000, i) })
    let taken = 0
    for (let i = 0; i < 20_000; i++) while (!writer.write(frame(i))) expect(reader.read()).toEqual(frame(taken++))
    while (taken < 20_000) expect(reader.read()).toEqual(frame(taken++))
    expect(reader.read()).toBeUndefined()
  })

  test('leave room for the word that the rest comes by the socket', () => {
    const [writer, reader] = make()
    let count = 0
    while (writer.write({ kind: 0, body: body(8, 1) })) count++
    while (writer.write({ kind: 0, body: body(0, 1) })) count++
    writer.writeToSocket()
    for (let i = 0; i < count; i++) expect(reader.read()).toMatchObject({ kind: 0 })
    expect([reader.read(), reader.read()]).toEqual([TO_SOCKET, undefined])
  })

  test('wake a reader that sleeps once, and never one that has seen them', () => {
    const [writer, reader] = make()
    expect(writer.takeAsleep()).toBe(false)
    expect(reader.sleep()).toBe(true)
    writer.write({ kind: 0, body: body(0, 0) })
    expect([writer.takeAsleep(), writer.takeAsleep()]).toEqual([true, false])
    expect(reader.sleep()).toBe(false)
    expect(writer.takeAsleep()).toBe(false)
  })
})
