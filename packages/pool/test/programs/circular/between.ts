import { fromMain } from './main.ts'

export const setting = (): number => fromMain
