import { Pool } from '../../src/index.ts'

const pool = new Pool(2)
console.log((await pool.map((x: number) => x + 1, [1, 2, 3])).join())
