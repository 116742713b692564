import { Manager } from '@manyhands/pool'

const manager = await Manager.create()
const list = await manager.list([1])
await list.push(2)
console.log(manager.pid)
