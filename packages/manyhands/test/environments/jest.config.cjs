module.exports = {
  testMatch: ['**/globals.test.mjs'],
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'json', 'node'],
  transform: {
    '\\.m?js$': ['babel-jest', { plugins: ['@babel/plugin-transform-modules-commonjs'] }],
  },
  // manyhands is ESM: jest's CommonJS mode transforms it, too.
  transformIgnorePatterns: ['/node_modules/(?!(@manyhands|manyhands)/)'],
}
