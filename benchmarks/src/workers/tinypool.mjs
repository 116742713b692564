import { Tinypool } from 'tinypool'

export * from './tasks.mjs'
export const bounce = array => Tinypool.move(array)
