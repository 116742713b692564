import { type Address, connect, type Connection, Listener, pipe } from '../../src/index.ts'
import { handOver } from './hand-over.ts'

/** Both ends of a connection by a listener. */
export async function connectedPair({
  address,
  authKey,
}: {
  readonly address?: Address
  readonly authKey?: string
}): Promise<[Connection, Connection]> {
  const listener = await Listener.create(address, { authKey })
  const [client, server] = await Promise.all([connect(listener.address, { authKey }), listener.accept()])
  listener.close()
  return [client, server]
}

/**
 * Both ends of a pipe of which one went to another worker, which is this thread: they have talked until their messages
 * go through memory.
 */
export async function talkedPair(): Promise<[Connection, Connection]> {
  const [here, sent] = pipe()
  const there = handOver(sent)
  for (let i = 0; i < 100; i++) {
    await here.send(i)
    await there.send(await there.recv())
    await here.recv()
  }
  return [here, there]
}
