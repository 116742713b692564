import { checkOptionNames, describeValue } from '@manyhands/base'
import { Connection } from './connection.ts'
import { LocalTransport } from './local-transport.ts'

export interface PipeOptions {
  /** Both ends send and receive. If false, the first end only receives and the second only sends. @default true */
  readonly duplex?: boolean | undefined
}

/**
 * Creates a connection and returns its two ends. Keep one, send the other to a worker, a thread or a process: as an
 * argument, captured, or through a connection.
 *
 * ```ts
 * const [here, there] = pipe()
 * ```
 *
 * @throws TypeError for bad options
 */
export function pipe(options: PipeOptions = {}): [Connection, Connection] {
  checkOptionNames('pipe', options, ['duplex'])
  const { duplex = true } = options
  if (typeof duplex !== 'boolean') throw new TypeError(`duplex must be a boolean, got ${describeValue(duplex)}`)
  const [a, b] = LocalTransport.pair()
  return [new Connection(a, true, duplex), new Connection(b, duplex, true)]
}
