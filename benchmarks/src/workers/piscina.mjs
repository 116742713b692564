import { move } from 'piscina'

export * from './tasks.mjs'
export const bounce = array => move(array)
