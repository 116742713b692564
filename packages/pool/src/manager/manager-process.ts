import { origin, type Origin } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { Process } from '../process/process.ts'
import { serveManager, type ServeOptions } from './serve.ts'

/**
 * The process that has the objects of a manager. Started by `Manager.create`; it is exported because it is found by its
 * name there.
 */
export class ManagerProcess extends Process {
  readonly options: ServeOptions

  constructor(options: ServeOptions) {
    super({ daemon: true })
    this.options = options
  }

  override async run(): Promise<void> {
    await serveManager(this.options)
  }

  static override get [origin](): Origin {
    return poolOrigin('ManagerProcess')
  }
}
