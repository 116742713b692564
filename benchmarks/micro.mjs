import { pack } from '@manyhands/closure'
for (let r = 0; r < 6; r++) {
  const fns = Array.from({ length: 20000 }, () => x => x + 1)
  const t = performance.now()
  for (const f of fns) pack(f)
  console.log(((performance.now() - t) / 20).toFixed(3), 'us')
}
