/** Prototypes that no global variable leads to, by the name they have in messages. */
export const hiddenIntrinsics: Readonly<Record<string, object>> = {
  AsyncFunction: Object.getPrototypeOf(async () => {}) as object,
  GeneratorFunction: Object.getPrototypeOf(function* () {}) as object,
  AsyncGeneratorFunction: Object.getPrototypeOf(async function* () {}) as object,
}
