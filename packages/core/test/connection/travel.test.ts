import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Across,
  connect,
  Connection,
  ConnectionClosedError,
  InvalidStateError,
  Listener,
  pipe,
  replace,
  revive,
} from '../../src/index.ts'
import { installTestCodec } from '../support/connection-actions.ts'
import { connectedPair } from '../support/connections.ts'
import { Party } from '../support/party.ts'

beforeAll(installTestCodec)

describe.each<Across>(['threads', 'processes'])('an end that is sent to one of %s', kind => {
  test('is that of the worker, both directions', async () => {
    await using party = new Party(kind)
    const [here, there] = pipe()
    const doubling = party.call('double', there)
    for (let i = 0; i < 100; i++) {
      await here.send(i)
      expect(await here.recv()).toBe(2 * i)
    }
    here.close()
    expect(await doubling).toBe(100)
  })

  test('brings along what was sent before', async () => {
    await using party = new Party(kind)
    const [here, there] = pipe()
    for (const value of ['a', 'b', 'c']) void here.send(value)
    expect(await party.call('receiveOne', there)).toBe('a')
    expect(await party.call('receiveOne', there)).toBe('b') // the same handle is the same object there
    void here.send('d')
    here.close()
    expect([await party.call('receiveOne', there), await party.call('receiveOne', there)]).toEqual(['c', 'd'])
    await expect(party.call('receiveOne', there)).rejects.toMatchObject({ name: 'ConnectionClosedError' })
  })

  test('is of no use here any more', async () => {
    await using party = new Party(kind)
    const [here, there] = pipe()
    await here.send(1)
    expect(there.closed).toBe(false)
    expect(await party.call('receiveOne', there)).toBe(1)
    expect(there.closed).toBe(true)
    await expect(there.recv()).rejects.toThrow(
      new InvalidStateError('the connection was sent to another worker, which owns it now'),
    )
    there.close()
  })

  // CPython: test_spawn_close
  test('C06 may be closed here right after it was sent', async () => {
    await using party = new Party(kind)
    const [here, there] = pipe()
    const doubling = party.call('double', there)
    there.close()
    await here.send(21)
    expect(await here.recv()).toBe(42)
    here.close()
    expect(await doubling).toBe(1)
  })

  test('belongs to the first that receives it', async () => {
    await using first = new Party(kind)
    await using second = new Party(kind)
    const [here, there] = pipe()
    const handle = there[replace]()
    const doubling = first.call('double', there)
    await here.send(1)
    expect(await here.recv()).toBe(2)
    await expect(second.call('receiveByHandle', handle)).rejects.toMatchObject({ name: 'ConnectionClosedError' })
    here.close()
    expect(await doubling).toBe(1)
  })

  test('both ends may be elsewhere', async () => {
    await using first = new Party(kind)
    await using second = new Party(kind)
    const [a, b] = pipe()
    const doubling = first.call('double', a)
    const values = Array.from({ length: 50 }, (_, i) => i)
    await second.call('keepConnection', b)
    await second.call('sendAll', b, values)
    const received: unknown[] = []
    for (const _ of values) received.push(await second.call('receiveOne', b))
    expect(received).toEqual(values.map(value => 2 * value))
    await second.call('closeConnection', b)
    expect(await doubling).toBe(50)
  })

  test('comes to its end when the worker is killed', async () => {
    const party = new Party(kind)
    const [here, there] = pipe()
    await party.call('beginToDouble', there)
    await here.send(1)
    expect(await here.recv()).toBe(2)
    const waiting = expect(here.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
    await party.kill()
    await waiting
  })

  // CPython: _TestPicklingConnections.test_access, test_pickling
  test('C13 may be sent through a connection, of a pipe or of a listener', async () => {
    await using party = new Party(kind)
    await party.call('installTestCodec')
    const [here, there] = pipe()
    const greeted = party.call('helloByReceived', there)
    const [a, b] = pipe()
    await here.send(b)
    expect(await a.recv()).toBe('hello')
    await expect(a.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
    await greeted
    const [client, server] = await connectedPair({ authKey: 'key' })
    const again = party.call(
      'helloByReceived',
      await (async () => {
        const [left, right] = pipe()
        void left.send(server)
        return right
      })(),
    )
    expect(await client.recv()).toBe('hello')
    await again
  })

  test('that a worker made comes here', async () => {
    await using party = new Party(kind)
    const [a, b] = (await party.call('makePipe')) as [Connection, Connection]
    await a.send('through the worker')
    expect(await b.recv()).toBe('through the worker')
  })

  test('large messages pass, whichever way', async () => {
    await using party = new Party(kind)
    const [here, there] = pipe()
    const large = 'x'.repeat(8 << 20)
    void here.send(large)
    expect(await party.call('receiveOne', there)).toBe(large)
  })
})

test('a listener and its clients may be in different processes', async () => {
  await using party = new Party('processes')
  const listener = await Listener.create(undefined, { authKey: 'key' })
  const sent = party.call('connectAndSend', listener.address, { n: 1 })
  const connection = await listener.accept()
  expect(await connection.recv()).toEqual({ n: 1 })
  await sent
  listener.close()
  const address = await party.call('acceptOne')
  const client = await connect(address, { authKey: 'key' })
  await client.send('echo')
  expect(await client.recv()).toBe('echo')
})

test('one that nobody came for is still the same here', async () => {
  const [here, there] = pipe()
  const handle = structuredClone(there[replace]())
  expect(Connection[revive](handle)).toBe(there)
  await here.send(1)
  expect(await there.recv()).toBe(1)
})

test('what was sent by one who is gone says so', async () => {
  const party = new Party('processes')
  const [a] = (await party.call('makePipe')) as [Connection]
  await a.send(1)
  await party.kill()
  await expect(a.recv()).rejects.toBeInstanceOf(ConnectionClosedError)
})
