import { forgetShared } from '../../../base/src/travel/shared-id.ts'
import { Connection, replace, revive } from '../../src/index.ts'

/** Hands an end over as to another worker, which is this thread itself. */
export function handOver(connection: Connection): Connection {
  const handle = connection[replace]()
  forgetShared(handle.id)
  return Connection[revive](handle)
}
