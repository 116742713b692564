import { connect, Listener } from '../../src/index.ts'
import type { Address, Connection } from '../../src/index.ts'

/** Both ends of a connection by a listener. */
export async function connectedPair({ address, authKey }: { readonly address?: Address; readonly authKey?: string }): Promise<[Connection, Connection]> {
  const listener = await Listener.create(address, { authKey })
  const [client, server] = await Promise.all([connect(listener.address, { authKey }), listener.accept()])
  listener.close()
  return [client, server]
}
