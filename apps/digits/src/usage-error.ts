/**
 * A mistake of the user: a wrong argument, a missing or broken file. The app prints the message as one line and exits
 * with code 2.
 */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}
