import { describe, expect, test } from 'vitest'
import {
  BufferTooShortError,
  type Connection,
  ConnectionClosedError,
  InvalidStateError,
  MessageTooLongError,
  pipe,
  SerializationError,
  WaitTimeoutError,
} from '../../src/index.ts'
import { connectedPair, talkedPair } from '../support/connections.ts'

const kinds = {
  pipe: () => Promise.resolve(pipe()),
  'a pipe through memory': talkedPair,
  'a unix socket': () => connectedPair({}),
  'a unix socket with a key': () => connectedPair({ authKey: 'secret' }),
  'a TCP port': () => connectedPair({ address: { port: 0 } }),
} as const

describe.each(Object.entries(kinds))('over %s', (_kind, make) => {
  // CPython: _TestConnection.test_connection
  test('C01 values and bytes arrive as they were sent', async () => {
    const [a, b] = await make()
    const value = { list: [1, 2.25, null], map: new Map([['k', new Date(5)]]), bytes: new Uint8Array([1, 2]) }
    await a.send(value)
    expect(await b.recv()).toEqual(value)
    const record = { id: 1, tags: ['ü', '\ud800'], at: { x: 1.5, y: null } }
    await a.send(record)
    expect(await b.recv()).toStrictEqual(record)
    await b.send('text')
    expect(await a.recv()).toBe('text')
    await a.sendBytes(Buffer.from('hello, world'))
    expect(Buffer.from(await b.recvBytes()).toString()).toBe('hello, world')
    await a.sendBytes(new Uint16Array([1, 2]))
    const room = new Uint8Array(10)
    expect(await b.recvBytesInto(room, { offset: 3 })).toBe(4)
    expect([...room]).toEqual([0, 0, 0, 1, 0, 2, 0, 0, 0, 0])
    await a.sendBytes(new Uint8Array([7, 8, 9]))
    const error = await b.recvBytesInto(new Uint8Array(5), { offset: 3 }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(BufferTooShortError)
    expect([...(error as BufferTooShortError).data]).toEqual([7, 8, 9])
    await a.send(1)
    expect(await b.recv()).toBe(1)
  })

  // CPython: test_connection
  test('C02 poll looks, waits, and is true as soon as something is there', async () => {
    const [a, b] = await make()
    expect(await b.poll()).toBe(false)
    expect(await b.poll({ timeoutMs: -1 })).toBe(false)
    expect(await b.poll({ timeoutMs: 5 })).toBe(false)
    const waiting = b.poll({ timeoutMs: 60_000 })
    await a.send(null)
    expect(await waiting).toBe(true)
    expect(await b.poll()).toBe(true)
    expect(await b.recv()).toBe(null)
    expect(await b.poll()).toBe(false)
  })

  // CPython: test_connection
  test('C03 a message of 16 MiB arrives', async () => {
    const [a, b] = await make()
    const large = new Uint8Array(16 << 20).fill(88)
    const sent = a.sendBytes(large)
    const received = await b.recvBytes()
    await sent
    expect(Buffer.compare(received, large)).toBe(0)
  })

  // CPython: test_connection
  test('C04 after the other end is closed what was sent still arrives, then each receive reports the end', async () => {
    const [a, b] = await make()
    await a.send('last')
    a.close()
    a.close()
    expect(await b.recv()).toBe('last')
    await expect(b.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
    await expect(b.recvBytes()).rejects.toBeInstanceOf(ConnectionClosedError)
    expect(await b.poll()).toBe(true)
    expect([b.readable, b.closed]).toEqual([true, false])
    await expect(a.send(1)).rejects.toThrow(new InvalidStateError('the connection was closed at this end'))
    await expect(a.recv()).rejects.toBeInstanceOf(InvalidStateError)
    await expect(a.poll()).rejects.toBeInstanceOf(InvalidStateError)
    // The system tells it at the second write at the latest.
    await expect(
      (async () => {
        for (;;) await b.send(1)
      })(),
    ).rejects.toBeInstanceOf(ConnectionClosedError)
  })

  test('asking again and again after the end leaves nothing behind', async () => {
    const [a, b] = await make()
    const warnings: Error[] = []
    const note = (warning: Error): void => void warnings.push(warning)
    process.on('warning', note)
    a.close()
    for (let i = 0; i < 20; i++) await expect(b.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
    await new Promise(setImmediate)
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  test('who waits when an end is closed hears of it, at either end', async () => {
    const [a, b] = await make()
    const [here, there] = [a.recv(), b.recv()]
    a.close()
    await expect(here).rejects.toBeInstanceOf(InvalidStateError)
    await expect(there).rejects.toBeInstanceOf(ConnectionClosedError)
  })

  // CPython: test_sendbytes
  test('C07 a part of bytes is sent, an empty one at the end as well', async () => {
    const [a, b] = await make()
    const letters = Buffer.from('abcdefghijklmnopqrstuvwxyz')
    const send = async (offset?: number, size?: number): Promise<string> => {
      await a.sendBytes(letters, { offset, size })
      return Buffer.from(await b.recvBytes()).toString()
    }
    expect(await send()).toBe(letters.toString())
    expect(await send(5)).toBe('fghijklmnopqrstuvwxyz')
    expect(await send(7, 8)).toBe('hijklmno')
    expect(await send(26)).toBe('')
    expect(await send(26, 0)).toBe('')
    for (const [offset, size] of [[27], [22, 5], [26, 1], [-1], [4, -1]] as const) {
      await expect(send(offset, size)).rejects.toBeInstanceOf(RangeError)
    }
    await expect(a.sendBytes('text' as never)).rejects.toThrow(TypeError)
  })

  // CPython: _TestPoll.test_strings
  test('C12 messages keep their boundaries, empty ones too', async () => {
    const [a, b] = await make()
    const messages = ['hello', '', 'a', 'b', '', 'bye', '', 'x'.repeat(100_000)]
    for (const message of messages) await a.sendBytes(Buffer.from(message))
    a.close()
    const received: string[] = []
    while (await b.poll({ timeoutMs: 60_000 })) {
      try {
        received.push(Buffer.from(await b.recvBytes()).toString())
      } catch {
        break
      }
    }
    expect(received).toEqual(messages)
  })

  test('a message is received in memory of its own', async () => {
    const [a, b] = await make()
    for (let i = 0; i < 3; i++) void a.sendBytes(new Uint8Array([i, i]))
    const first = await b.recvBytes()
    expect([first.constructor, first.byteOffset, first.buffer.byteLength]).toEqual([Uint8Array, 0, 2])
    structuredClone(first, { transfer: [first.buffer as ArrayBuffer] })
    expect([[...(await b.recvBytes())], [...(await b.recvBytes())]]).toEqual([
      [1, 1],
      [2, 2],
    ])
  })

  test('what was sent arrives though its sender closes while messages are on their way to it', async () => {
    const [a, b] = await make()
    let open = true
    const flooding = (async () => {
      while (open) await b.sendBytes(new Uint8Array(100_000)).catch(() => (open = false))
    })()
    await a.recvBytes()
    for (let i = 0; i < 100; i++) void a.sendBytes(new Uint8Array(100_000).fill(i))
    a.close()
    for (let i = 0; i < 100; i++) {
      await new Promise(setImmediate)
      expect((await b.recvBytes())[0]).toBe(i)
    }
    await expect(b.recvBytes()).rejects.toBeInstanceOf(ConnectionClosedError)
    open = false
    await flooding
  })

  test('it is iterated until the other end is closed', async () => {
    const [a, b] = await make()
    for (let i = 0; i < 100; i++) void a.send(i)
    await a.send('end')
    a.close()
    const received: unknown[] = []
    for await (const value of b) received.push(value)
    expect(received).toEqual([...Array.from({ length: 100 }, (_, i) => i), 'end'])
  })

  test('receivers are served in their order, and one that gives up loses nothing', async () => {
    const [a, b] = await make()
    const first = b.recv()
    const late = b.recv({ timeoutMs: 1 })
    const third = b.recv()
    await expect(late).rejects.toBeInstanceOf(WaitTimeoutError)
    const abort = new AbortController()
    const aborted = b.recv({ signal: abort.signal })
    abort.abort('enough')
    await expect(aborted).rejects.toMatchObject({ name: 'CancelledError', cause: 'enough' })
    await a.send(1)
    await a.send(2)
    expect([await first, await third]).toEqual([1, 2])
  })

  test('a message of the other kind stays for who asks for it', async () => {
    const [a, b] = await make()
    await a.sendBytes(new Uint8Array([1]))
    await expect(b.recv()).rejects.toThrow('the next message is bytes: take it with recvBytes')
    expect([...(await b.recvBytes())]).toEqual([1])
    await a.send(1)
    await expect(b.recvBytes()).rejects.toThrow('the next message is a value: take it with recv')
    expect(await b.recv()).toBe(1)
  })

  test('bytes that are too long close the connection', async () => {
    const [a, b] = await make()
    await a.sendBytes(new Uint8Array(10))
    await expect(b.recvBytes({ maxLength: 9 })).rejects.toThrow(new MessageTooLongError(10, 9))
    expect(b.closed).toBe(true)
  })

  test('a value that cannot be sent is an error of that call, and the connection goes on', async () => {
    const [a, b] = await make()
    await expect(a.send(() => 1)).rejects.toBeInstanceOf(SerializationError)
    await a.send(2)
    expect(await b.recv()).toBe(2)
  })

  test('a sender waits for a receiver that takes nothing, and nothing is lost', async () => {
    const [a, b] = await make()
    const chunk = new Uint8Array(1 << 20)
    let sent = 0
    const sending = (async () => {
      for (let i = 0; i < 64; i++) {
        chunk[0] = i
        await a.sendBytes(chunk)
        sent++
      }
      a.close()
    })()
    await b.poll({ timeoutMs: 60_000 })
    for (let i = 0; i < 10; i++) await new Promise(setImmediate)
    expect(sent).toBeLessThan(64)
    for (let i = 0; i < 64; i++) expect((await b.recvBytes())[0]).toBe(i)
    await sending
  })

  // CPython: test_context
  test('C08 a scope closes it', async () => {
    let kept: Connection | undefined
    const [a, b] = await make()
    {
      const { [Symbol.dispose]: dispose } = a
      kept = a
      dispose.call(a)
    }
    await expect(kept.recv()).rejects.toBeInstanceOf(InvalidStateError)
    await expect(b.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
  })
})

test.each(['pipe', 'a pipe through memory', 'a unix socket'] as const)(
  'a sender of empty messages waits as well, over %s',
  async kind => {
    const [a, b] = await kinds[kind]()
    let sent = 0
    const sending = (async () => {
      while (sent < 100_000) {
        await a.sendBytes(new Uint8Array(0))
        sent++
      }
      a.close()
    })()
    await b.poll({ timeoutMs: 60_000 })
    let before = -1
    while (before !== sent) {
      before = sent
      for (let i = 0; i < 10; i++) await new Promise(setImmediate)
    }
    expect(sent).toBeLessThan(100_000)
    for (let i = 0; i < 100_000; i++) await b.recvBytes()
    await sending
  },
)

// CPython: test_duplex_false
test('C05 a one-way pipe sends in one direction', async () => {
  const [reader, writer] = pipe({ duplex: false })
  await writer.send(1)
  expect(await reader.recv()).toBe(1)
  expect([reader.readable, reader.writable, writer.readable, writer.writable]).toEqual([true, false, false, true])
  await expect(reader.send(2)).rejects.toThrow(new InvalidStateError('this is the receiving end of a one-way pipe'))
  await expect(reader.sendBytes(new Uint8Array(1))).rejects.toBeInstanceOf(InvalidStateError)
  await expect(writer.recv()).rejects.toThrow(new InvalidStateError('this is the sending end of a one-way pipe'))
  await expect(writer.poll()).rejects.toBeInstanceOf(InvalidStateError)
})

test('what is sent is a copy', async () => {
  const [a, b] = pipe()
  const bytes = new Uint8Array([1])
  const value = { n: 1 }
  await a.sendBytes(bytes)
  await a.send(value)
  bytes[0] = 9
  value.n = 9
  expect([...(await b.recvBytes())]).toEqual([1])
  expect(await b.recv()).toEqual({ n: 1 })
})

test('bad options are told', async () => {
  expect(() => pipe({ duplex: 1 as never })).toThrow(new TypeError('duplex must be a boolean, got 1'))
  expect(() => pipe({ duples: true } as object)).toThrow('did you mean `duplex`?')
  const [a] = pipe()
  await expect(a.recv({ timeout: 5 } as object)).rejects.toThrow(TypeError)
  await expect(a.poll({ timeout: 5 } as object)).rejects.toThrow(TypeError)
  await expect(a.recv({ timeoutMs: Number.NaN })).rejects.toThrow(RangeError)
  await expect(a.recvBytes({ maxLength: -1 })).rejects.toThrow(RangeError)
})
