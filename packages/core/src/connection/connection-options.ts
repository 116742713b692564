export interface ReceiveOptions {
  /** Milliseconds to wait at most; 0 or less does not wait. @default no limit */
  readonly timeoutMs?: number | undefined
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined
}

export interface ReceiveBytesOptions extends ReceiveOptions {
  /** The longest message that is accepted, in bytes. @default no limit */
  readonly maxLength?: number | undefined
}

export interface SendBytesOptions {
  /** Where to begin, in bytes. @default 0 */
  readonly offset?: number | undefined
  /** How many bytes. @default all from `offset` on */
  readonly size?: number | undefined
}
