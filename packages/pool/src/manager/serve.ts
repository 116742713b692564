import { AuthenticationError, Promise } from '@manyhands/base'
import type { Connection, Listener } from '@manyhands/core'
import { unsendableError } from '../protocol/unsendable-error.ts'
import { BYE } from '../remote/messages.ts'
import { Peer } from '../remote/peer.ts'
import { ManagerServer } from '../remote/server.ts'
import { containerReferent } from './container-referent.ts'

export interface ServeOptions {
  readonly id: string
  readonly key: Uint8Array
  /** Hears where the server is, or why there is none. */
  readonly announce: Connection
  readonly initializer: ((...args: readonly unknown[]) => unknown) | undefined
  readonly args: readonly unknown[]
}

/** What the process of a manager does, until the manager is shut down or its creator is gone. */
export async function serveManager({ id, key, announce, initializer, args }: ServeOptions): Promise<void> {
  // Ctrl-C in a terminal reaches this process too; the program decides when it ends.
  process.on('SIGINT', () => {})
  let listener: Listener
  try {
    await initializer?.(...args)
    const core = await import('@manyhands/core')
    listener = await core.Listener.create(undefined, { authKey: key, backlog: BACKLOG })
  } catch (error) {
    try {
      await announce.send({ error })
    } catch (cause) {
      await announce.send({ error: unsendableError('the initializer', error, cause) })
    }
    return void process.exit(1)
  }
  const peers = new Set<Peer>()
  const server = new ManagerServer({ id, address: listener.address as string, key }, containerReferent, async () => {
    listener.close()
    await Promise.allSettled(Array.from(peers, peer => peer.send([BYE])))
    process.exit(0)
  })
  await announce.send({ address: listener.address })
  announce.close()
  while (!listener.closed) {
    let connection: Connection
    try {
      connection = await listener.accept()
    } catch (error) {
      // One that has another key is no proxy; one that is killed in between is none any more.
      if (listener.closed || error instanceof AuthenticationError) continue
      throw error
    }
    const peer = new Peer(server, connection)
    peers.add(peer)
    void peer.serve().finally(() => peers.delete(peer))
  }
}

/**
 * Threads that come for the first time at once. Larger: none is refused when very many start together; smaller: less is
 * held for those that never prove who they are.
 */
const BACKLOG = 4096
