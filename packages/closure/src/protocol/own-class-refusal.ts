/** Why an instance with private members cannot come back to where its class was defined, and what to do. */
export function ownClassRefusal(name: string, fields: readonly string[]): readonly [complaint: string, hint: string] {
  const members = fields.length === 0 ? 'its private methods' : fields.join(', ')
  return [
    `it is an instance of class ${name}, and where the class was defined only its constructor can set ${members}`,
    "return its data and make the instance there, or give the class [Symbol.for('manyhands.replace')]() and static " +
      "[Symbol.for('manyhands.revive')](state)",
  ]
}
