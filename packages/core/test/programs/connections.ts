import { once } from 'node:events'
// A program that ends by itself, in the way that its argument says.
import { connect as netConnect } from 'node:net'
import { connect, type Connection, Listener, pipe, replace, waitAny } from '../../src/index.ts'
import { connectedPair } from '../support/connections.ts'
import { handOver } from '../support/hand-over.ts'

/** Later, if anything else keeps the program alive until then. */
const later = (act: () => unknown): void => void setTimeout(act, 50).unref()

const cases: Readonly<Record<string, () => Promise<unknown>>> = {
  idle: async () => {
    const pairs = [pipe(), await connectedPair({}), await connectedPair({ address: { port: 0 } })]
    for (const [a, b] of pairs) {
      await a.send(1)
      await b.recv()
      await a.send('not taken')
    }
    const [kept, sent] = pipe()
    sent[replace]()
    void kept.send(1)
    return [pairs, kept, sent, await Listener.create()]
  },
  stranger: async () => {
    const listener = await Listener.create(undefined, { authKey: 'k' })
    const socket = netConnect(listener.address as string)
    socket.unref()
    await once(socket, 'connect')
    return listener
  },
  relay: async () => {
    const [a, b] = pipe()
    const [c, d] = [handOver(a), handOver(b)]
    await c.send(1)
    return d.recv()
  },
  moved: async () => {
    const [a, b] = pipe()
    return [a, handOver(b)]
  },
  recv: async () => {
    const [a, b] = await connectedPair({})
    later(() => a.send(1))
    return b.recv()
  },
  'recv of what is sent away': async () => {
    const [a, b] = pipe()
    let moved: Connection | undefined
    b[replace]()
    later(() => (moved = handOver(b)).send(1))
    return [await a.recv(), moved]
  },
  accept: async () => {
    const listener = await Listener.create()
    later(() => connect(listener.address))
    return listener.accept()
  },
  waitAny: async () => {
    const [a, b] = await connectedPair({ address: { port: 0 } })
    later(() => a.send(1))
    return waitAny([b])
  },
  send: async () => {
    const [a, b] = pipe()
    b[replace]()
    later(async () => {
      while (await b.poll()) await b.recvBytes()
    })
    void a.sendBytes(new Uint8Array(1)) // is done before the next one
    return a.sendBytes(new Uint8Array(2 << 20))
  },
}

const [, , name = ''] = process.argv
await cases[name]?.()
console.log('done')
