import { move } from '@manyhands/pool'

/** Its argument arrives by transfer and leaves by transfer. */
export function bounce(array) {
  return move(array)
}
