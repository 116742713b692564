// A subclass of Process with a run() of its own sets a shared value.
import { Process } from '@manyhands/pool'
import { Value } from '@manyhands/shared-memory'

class Squarer extends Process {
  readonly result: Value<'f64'>
  readonly x: number

  constructor(x: number, result: Value<'f64'>) {
    super()
    this.x = x
    this.result = result
  }

  override run(): void {
    this.result.value = this.x ** 2
  }
}

const result = new Value('f64', 0)
const squarer = new Squarer(7, result)
await squarer.start()
await squarer.join()
console.log(`${squarer.name} ended with code ${squarer.exitCode}: ${result.value}`)
