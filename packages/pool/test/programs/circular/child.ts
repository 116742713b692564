import { Process } from '../../../src/index.ts'
import { setting } from './between.ts'

export class Child extends Process {
  override run(): void {
    console.log(setting())
  }
}
