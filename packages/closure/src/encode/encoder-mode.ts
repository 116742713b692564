/** How a message differs from one that is simply packed. */
export interface EncoderMode {
  /** A value that cannot travel becomes a node with the reason, instead of an error. */
  readonly keepsGoing: boolean
  /** It is what a task threw: an error whose class cannot travel goes without. */
  readonly isFailure: boolean
  /** It goes to the thread or process that this one works for. */
  readonly isAnswer: boolean
}
