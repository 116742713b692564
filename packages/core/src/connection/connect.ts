import { checkDuration, checkInteger, checkOptionNames, checkSignal } from '@manyhands/base'
import { type Address, toNetOptions } from './address.ts'
import { type AuthKey, toKeyBytes } from './auth-key.ts'
import { Connection } from './connection.ts'
import { defaultMaxBytes } from './frames.ts'
import { shakeHands } from './handshake.ts'
import { SocketTransport } from './socket-transport.ts'

export interface ConnectOptions {
  /**
   * The key of the listener. With it both ends authenticate each other, and functions and class instances can be sent.
   * @default none: structured clone only
   */
  readonly authKey?: AuthKey | undefined
  /** Milliseconds until the connection must be established. @default no limit */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** The longest message that is received, in bytes; a longer one closes the connection. @default 64 MiB, with a key
   * about 4 GiB */
  readonly maxMessageBytes?: number | undefined
}

/**
 * Connects to a listener.
 *
 * ```ts
 * const connection = await connect('./my.sock', { authKey: 'secret' })
 * ```
 *
 * @param address - the path of a unix socket, `{ host, port }`, or a Windows pipe
 * @throws {@link AuthenticationError} when the keys differ, only one end has a key, or the server is not a manyhands
 * listener
 * @throws {@link WaitTimeoutError} after `timeoutMs`, {@link CancelledError} when `signal` is aborted
 * @throws Error with the system's `code` when nothing listens there (ECONNREFUSED, ENOENT)
 * @throws TypeError, RangeError for a bad address or option
 */
export async function connect(address: Address, options: ConnectOptions = {}): Promise<Connection> {
  checkOptionNames('connect', options, ['authKey', 'timeoutMs', 'signal', 'maxMessageBytes'], {
    authkey: 'authKey',
    timeout: 'timeoutMs',
  })
  checkDuration('timeoutMs', options.timeoutMs)
  checkSignal('signal', options.signal)
  checkInteger('maxMessageBytes', options.maxMessageBytes, 1)
  const { timeoutMs, signal, maxMessageBytes = defaultMaxBytes(options.authKey) } = options
  const authKey = toKeyBytes(options.authKey)
  const target = toNetOptions(address)
  const socket = process.getBuiltinModule('node:net').connect(target)
  if ('port' in target) socket.setNoDelay(true)
  const seals = await shakeHands(socket, { side: 'client', authKey, isExposed: 'port' in target, timeoutMs, signal })
  return new Connection(new SocketTransport(socket, authKey !== undefined, maxMessageBytes, seals))
}
