// A listener and a client in another process, which prove to each other that they know the key.
import { type Address, AuthenticationError, connect, Listener } from '@manyhands/core'
import { Process } from '@manyhands/pool'

const listener = await Listener.create({ host: 'localhost', port: 0 }, { authKey: 'open sesame' })

const client = async (address: Address): Promise<void> => {
  const connection = await connect(address, { authKey: 'open sesame' })
  console.log(`client received ${JSON.stringify(await connection.recv())}`)
  await connection.sendBytes(new Uint8Array([1, 2, 3]))
  connection.close()
}
const child = new Process({ target: client, args: [listener.address] })
await child.start()
const connection = await listener.accept()
await connection.send({ question: [2, 'times', 21] })
console.log(`listener received ${(await connection.recvBytes()).join()}`)
await child.join()

const stranger = connect(listener.address, { authKey: 'open barley' })
for (const attempt of await Promise.allSettled([stranger, listener.accept()])) {
  console.log(
    attempt.status === 'rejected' && attempt.reason instanceof AuthenticationError
      ? 'a stranger was refused'
      : 'a stranger came in',
  )
}
listener.close()
