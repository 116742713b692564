import { installChannelCodec } from '../../../base/src/index.ts'
import { type Address, connect, Connection, Listener, pipe, revive } from '../../src/index.ts'
import { fromMessage, toMessage } from './travel.ts'

let kept: Connection | undefined

/** With it connections carry what says for itself how it travels. */
export function installTestCodec(): void {
  installChannelCodec(() => ({
    encode: value => ({ message: toMessage(value, 'processes') }),
    encodeFailure: value => ({ message: toMessage(value, 'processes') }),
    decode: encoded => fromMessage((encoded as { message: unknown }).message),
  }))
}

export async function sendAll(connection: Connection, values: readonly unknown[]): Promise<void> {
  for (const value of values) await connection.send(value)
}

export function receiveOne(connection: Connection): Promise<unknown> {
  return connection.recv()
}

export function isOwn(connection: Connection): boolean {
  return connection === kept
}

export function keepConnection(connection: Connection): void {
  kept = connection
}

/** Sends back what comes, doubled, until the other end is closed. */
export async function double(connection: Connection): Promise<number> {
  let count = 0
  for await (const value of connection) {
    await connection.send(2 * (value as number))
    count++
  }
  return count
}

/** Begins to do so, and tells that at once. */
export function beginToDouble(connection: Connection): void {
  void double(connection)
}

export function closeConnection(connection: Connection): void {
  connection.close()
}

/** Receives a connection through a connection, and says hello by it. */
export async function helloByReceived(connection: Connection): Promise<void> {
  const received = await connection.recv<Connection>()
  await received.send('hello')
  received.close()
}

export function receiveByHandle(handle: unknown): Promise<unknown> {
  return Connection[revive](handle as never).recv()
}

export async function connectAndSend(address: Address, value: unknown): Promise<void> {
  const connection = await connect(address, { authKey: 'key' })
  await connection.send(value)
  connection.close()
}

export function makePipe(): Connection[] {
  return pipe()
}

/** Accepts one connection and hands it out. */
export async function acceptOne(): Promise<Address> {
  const listener = await Listener.create(undefined, { authKey: 'key' })
  void listener.accept().then(async connection => {
    await connection.send(await connection.recv())
    listener.close()
  })
  return listener.address
}

/** Sends on what it has just received. */
export function handBack(connection: Connection): Connection {
  return connection
}

/** Answers `count` numbers, then sends as many more as asked for, and lives on without reading. */
export async function answerAndSend(connection: Connection, count: number, more: number): Promise<void> {
  for (let i = 0; i < count; i++) await connection.send(await connection.recv())
  for (let i = 0; i < more; i++) await connection.send(i)
}

/** Sends back bytes as they come, until the other end is closed. */
export async function echoBytes(connection: Connection, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await connection.sendBytes(await connection.recvBytes())
}
