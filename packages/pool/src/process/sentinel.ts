import { waitable, type Waitable, type Waiting } from '@manyhands/base'
import type { ChildHandle } from './child-handle.ts'

/** Ready once a Process or a Thread has ended; for `waitAny`. */
export class Sentinel implements Waitable {
  readonly #handle: ChildHandle

  constructor(handle: ChildHandle) {
    this.#handle = handle
  }

  get ready(): boolean {
    return this.#handle.exit !== undefined
  }

  [waitable](): Waiting {
    const handle = this.#handle
    return {
      get ready() {
        return handle.exit !== undefined
      },
      watch: callback => handle.onExit(callback),
    }
  }
}
