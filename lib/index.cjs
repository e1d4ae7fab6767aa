'use strict'
// What `require('admin-keys-emulator')` and `import 'admin-keys-emulator'` give; its types are those of src/library/. The
// built file holds the command, too, which is not to load a server for `env` or `healthcheck`: here that begins at once.
const library = require('../dist/index.cjs').loadLibrary()

exports.startEmulator = async (options) => (await library).startEmulator(options)
