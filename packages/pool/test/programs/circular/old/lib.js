const main = require('./index.js')

exports.use = function use(x) {
  return x + main.fromMain
}
