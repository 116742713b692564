const HISTORY = 200

/** Counts what was submitted and what settled, and keeps the last operations. */
export class Ledger {
  submitted = 0
  settled = 0
  duplicates = 0
  readonly faults: string[] = []
  readonly history: string[] = []
  readonly pending = new Map<number, string>()
  /** By `performance.now()`: the watchdog reads it. */
  lastSettled = performance.now()

  note(operation: string): void {
    this.history.push(operation)
    if (this.history.length > HISTORY) this.history.shift()
  }

  /** @returns the number of a task that is to settle once */
  open(what: string): number {
    const id = ++this.submitted
    this.pending.set(id, what)
    return id
  }

  close(id: number): void {
    this.lastSettled = performance.now()
    if (this.pending.delete(id)) this.settled++
    else this.duplicates++
  }

  fault(what: string): void {
    this.faults.push(what)
  }
}
