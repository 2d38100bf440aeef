// Loaded into each program the launcher starts (`node --import`): when the launcher lets go of it, or is gone, the program is
// asked to stop as by Ctrl-C. So no program outlives a killed launcher, and stopping works alike on every system.
if (process.channel !== undefined) {
  process.on('disconnect', () => process.emit('SIGTERM'))
  // The channel must not keep a program alive that has ended its work.
  process.channel.unref()
}
