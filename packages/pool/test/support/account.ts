export class Broke extends Error {
  override readonly name = 'Broke'
  readonly code = 'E_BROKE'
}

export class Account {
  #balance = 0
  owner: string
  constructor(owner: string) {
    this.owner = owner
  }
  add(amount: number): number {
    if (this.#balance + amount < 0) throw new Broke(`${this.owner} has only ${this.#balance}`, { cause: amount })
    return (this.#balance += amount)
  }
  async later(): Promise<string> {
    return this._secret()
  }
  *history(count: number): Generator<number, undefined> {
    for (let i = 0; i < count; i++) yield i * i
    return undefined
  }
  hidden(): symbol {
    return Symbol.iterator
  }
  unsendable(): Promise<void>[] {
    return [Promise.resolve()]
  }
  _secret(): string {
    return `${this.owner} says nothing`
  }
  get rich(): boolean {
    return this.#balance > 1e6
  }
}
