/** Remembers what was made of texts, at most `limit` of them: the one that was not used for longest goes. */
export class TextCache<T> {
  readonly #entries = new Map<string, T>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get(text: string, make: () => T): T {
    const known = this.#entries.get(text)
    if (known !== undefined) {
      this.#entries.delete(text)
      this.#entries.set(text, known)
      return known
    }
    const made = make()
    this.#entries.set(text, made)
    if (this.#entries.size > this.#limit) this.#entries.delete(this.#entries.keys().next().value ?? '')
    return made
  }
}
